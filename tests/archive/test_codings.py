"""A packed body that was cut off anywhere is known as such; one that came whole never is."""

from __future__ import annotations

import gzip
import zlib
from random import Random

import brotli
import pytest

from archive.codings import is_whole

try:
    from compression import zstd
except ImportError:
    from backports import zstd

PAGES = (b"a", b"<html>" + "Bà con thôn Đông. ".encode() * 400, Random(1).randbytes(9_000))


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED = [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate), ("br", brotli.compress), ("zstd", zstd.compress)]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=["short", "long", "noise"])
@pytest.mark.parametrize(("coding", "pack"), PACKED)
def test_a_cut_stream_has_no_end(coding: str, pack, page: bytes) -> None:  # type: ignore[no-untyped-def]  # of four libraries
    packed = pack(page)
    assert is_whole(packed, coding)
    for place in range(1, len(packed), max(1, len(packed) // 50)):
        assert not is_whole(packed[:place], coding), place


def test_several_members_are_whole_and_the_last_must_be() -> None:
    packed = gzip.compress(b"one") + gzip.compress(b"two")
    assert is_whole(packed, "gzip")
    assert not is_whole(packed[:-3], "gzip")


def test_what_is_not_packed_as_it_says_is_another_fault() -> None:
    for coding in ("gzip", "br", "zstd", "deflate", "identity", "xyz"):
        assert is_whole(b"<html>as it is</html>", coding)
    assert is_whole(b"", "gzip")
