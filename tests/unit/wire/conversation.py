"""A server's bytes, in pieces, under the real line reader; what is sent to it is kept."""

from collections.abc import Sequence

import anyio
from anyio.abc import ByteStream

from mailsetup.net.lines import LineStream
from mailsetup.net.tls import Trust


class Pieces(ByteStream):
    """Gives out its pieces one by one, then ends."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = [piece for piece in pieces if piece]
        self.sent = b""

    async def receive(self, max_bytes: int = 65536) -> bytes:
        if not self._pieces:
            raise anyio.EndOfStream
        piece = self._pieces.pop(0)
        if len(piece) > max_bytes:
            self._pieces.insert(0, piece[max_bytes:])
        return piece[:max_bytes]

    async def send(self, item: bytes) -> None:
        self.sent += item

    async def send_eof(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


def over(*pieces: bytes) -> tuple[LineStream, Pieces]:
    """A stream on which a server says these pieces, and what becomes of it."""
    raw = Pieces(pieces)
    return LineStream(raw, Trust(), "mail.example.org", 993), raw
