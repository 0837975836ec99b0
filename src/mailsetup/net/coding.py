"""Bodies that a web server packed, though it was asked not to (RFC 9110, section 8.4; pure)."""

import zlib

# As zlib counts: a window of 32 KiB, with 16 for the frame of gzip, negative for no frame at all. What HTTP
# calls deflate has the frame of zlib, and some servers leave it out.
_FRAMES = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}


class Misencoded(ValueError):
    """A coding that is none of ours, several of them, or bytes that are not what they are said to be."""


def decoded(body: bytes, coding: str, most: int) -> bytes:
    """The body as it was before it was packed, at most `most` bytes of it.

    coding: what Content-Encoding says. Memory never holds more than `most`, whatever the body unpacks to.
    """
    name = coding.strip().lower()
    if not body or name in ("", "identity"):
        return body[:most]
    for frame in _FRAMES.get(name, ()):
        unpacker = zlib.decompressobj(frame)
        try:
            found = unpacker.decompress(body, most)
        except zlib.error:
            continue
        if unpacker.eof or len(found) == most:
            return found
    raise Misencoded(name)
