"""What a server packed, unpacked again, and never more of it than may be."""

import gzip
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.net.coding import Misencoded, decoded

TEXT = b"<clientConfig version='1.1'/>" * 50
# Without the time, which would give the same test another name in each process that collects it.
PACKED = gzip.compress(TEXT, mtime=0)


def raw(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", PACKED),
        ("X-GZIP", PACKED),
        (" gzip ", PACKED),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw(TEXT)),
    ],
)
def test_a_body_is_read_however_it_is_packed(coding: str, body: bytes):
    assert decoded(body, coding, 10_000) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_nothing_packed_is_nothing(coding: str):
    assert decoded(b"", coding, 10) == b""


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "x" * 1000])
def test_an_unknown_coding_or_several_are_refused(coding: str):
    with pytest.raises(Misencoded):
        decoded(gzip.compress(gzip.compress(TEXT)), coding, 10_000)


@pytest.mark.parametrize("body", [TEXT, PACKED[:-9], zlib.compress(TEXT), b"\x1f\x8b"])
def test_what_is_not_gzip_or_is_cut_is_refused(body: bytes):
    with pytest.raises(Misencoded):
        decoded(body, "gzip", 10_000)


def test_no_more_is_unpacked_than_may_be():
    assert decoded(PACKED, "gzip", 100) == TEXT[:100]


def test_a_bomb_costs_no_memory():
    bomb = gzip.compress(b"\0" * 100_000_000)
    tracemalloc.start()
    try:
        assert decoded(bomb, "gzip", 1000) == b"\0" * 1000
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "", "br"]))
def test_any_bytes_are_read_or_refused(body: bytes, coding: str):
    with suppress(Misencoded):
        assert len(decoded(body, coding, 100)) <= 100
