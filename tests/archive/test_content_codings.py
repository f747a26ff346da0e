"""A packed body that was cut off anywhere is known as such; one that came whole never is."""

from __future__ import annotations

import gzip
import sys
import zlib
from random import Random

import brotli
import pytest

from archive.exchange.decompression import BadCoding, TooLarge, codings_of, decode_body

if sys.version_info >= (3, 14):
    from compression import zstd
else:
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
    found = decode_body(packed, [coding], 10**6)
    assert (found.body, found.whole) == (page, True)
    for place in range(1, len(packed), max(1, len(packed) // 50)):
        cut = decode_body(packed[:place], [coding], 10**6)
        assert not cut.whole, place
        assert page.startswith(cut.body), place


@pytest.mark.parametrize(("coding", "pack"), [one for one in PACKED if one[0] in ("gzip", "zstd")])
def test_large_members_are_all_unpacked(coding: str, pack) -> None:  # type: ignore[no-untyped-def]  # as above
    pages = [bytes([65 + number]) * 900_000 for number in range(3)]
    packed = b"".join(map(pack, pages))
    assert decode_body(packed, [coding], 10**7).body == b"".join(pages)
    assert not decode_body(packed[:-1], [coding], 10**7).whole


@pytest.mark.parametrize(("coding", "pack"), [one for one in PACKED if one[0] in ("gzip", "zstd")])
def test_several_members_are_whole_and_the_last_must_be(coding: str, pack) -> None:  # type: ignore[no-untyped-def]  # as above
    packed = pack(b"one") + pack(b"two")
    assert decode_body(packed, [coding], 100).body == b"onetwo"
    assert decode_body(packed + b"\0 and what follows", [coding], 100).whole
    assert not decode_body(packed[:-3], [coding], 100).whole


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_a_hundred_thousand_members_are_undone_and_no_more(coding: str, pack) -> None:  # type: ignore[no-untyped-def]  # as above
    """31 MB of empty ones held a worker for 20 seconds."""
    empty, page = pack(b""), pack(b"a")
    assert decode_body(empty * 99_999 + page, [coding], 100).body == b"a"
    with pytest.raises(TooLarge, match="unpack from more than 100,000"):
        decode_body(empty * 100_000 + page, [coding], 100)


def test_nobody_packs_four_times_over() -> None:
    with pytest.raises(TooLarge, match="packed 4 times over"):
        decode_body(gzip.compress(b"a"), ["gzip"] * 4, 100)


def test_codings_one_over_the_other_are_undone_last_first() -> None:
    assert codings_of("gzip, BR") == (["br", "gzip"], [])
    assert codings_of("utf-8, x-gzip") == (["x-gzip"], ["utf-8"])
    assert codings_of("identity") == codings_of("") == ([], [])
    packed = brotli.compress(gzip.compress(PAGES[1]))
    assert decode_body(packed, ["br", "gzip"], 10**6).body == PAGES[1]
    assert not decode_body(brotli.compress(gzip.compress(PAGES[1])[:-9]), ["br", "gzip"], 10**6).whole


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_what_is_not_packed_as_it_says_is_another_fault(coding: str) -> None:
    with pytest.raises(BadCoding):
        decode_body(b"<html>as it is</html>", [coding], 100)
    assert decode_body(b"", [coding], 100).whole


@pytest.mark.parametrize(("coding", "pack"), PACKED)
def test_no_more_is_unpacked_than_is_taken(coding: str, pack) -> None:  # type: ignore[no-untyped-def]  # as above
    packed = pack(b"0" * 50_000_000)
    with pytest.raises(TooLarge):
        decode_body(packed, [coding], 1_000_000)
    with pytest.raises(TooLarge):
        decode_body(b"".join(gzip.compress(b"0" * 900_000) for _ in range(3)), ["gzip"], 1_000_000)
