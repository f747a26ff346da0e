"""What holds for every two readings: the diff shows an edit exactly where there is one, and both texts can be read off it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from archive.diff import compare, side_by_side, size, words
from archive.diff.compare import differing
from archive.diff.wording import common
from archive.history.edits import byline_of, changed_fields
from archive.model.records import Image, Reading
from archive.text.equivalence import lines, plain, plain_lines, tidy, tokens
from tests.support import examples

ODD = st.text(st.sampled_from("aă ầ.,-–“\"'…\u00ad\u200b\u00a0\n5/Đ(\u0301"), max_size=30) | st.text(max_size=20)
SENTENCES = (
    "Cầu dài 212 mét.",
    "Sáng nay mưa to ở xã.",
    "“Đường ngập”, ông nói.",
    "Xe chạy tám chuyến một ngày.",
    "- - -",
)
TEXTS = st.lists(st.sampled_from(SENTENCES) | ODD, max_size=6).flatmap(
    lambda parts: st.sampled_from([" ", "\n\n", "\n"]).map(lambda joint: joint.join(parts))
)
ADDRESSES = st.sampled_from(
    [
        "https://a.vn/w660/cau.jpg",
        "https://b.vn/cau.jpg",
        "https://a.vn/cho.jpg",
        "https://a.vn/anh.ashx?id=1",
        "https://a.vn/anh.ashx?id=2",
    ]
)
IMAGES = st.builds(Image, ADDRESSES, st.none() | ODD, st.none() | ODD)
MOMENTS = st.sampled_from([UTC, timezone(timedelta(hours=7))]).flatmap(
    lambda zone: st.sampled_from([1, 8]).map(lambda hour: datetime(2026, 5, 20, hour, 15, tzinfo=zone))
)
READINGS = st.builds(
    Reading,
    kind=st.just("article"),
    headline=ODD,
    lead=st.none() | ODD,
    text=TEXTS,
    images=st.lists(IMAGES, max_size=4).map(tuple),
    byline=st.none() | ODD,
    authors=st.lists(ODD, max_size=2).map(tuple),
    published_at=st.none() | MOMENTS,
    section=st.none() | ODD,
    tags=st.lists(ODD, max_size=2).map(tuple),
)


FIELDS = ("headline", "lead", "text", "images", "byline", "authors", "published_at", "section", "tags")
PAIRS = st.tuples(READINGS, READINGS, st.sets(st.sampled_from(FIELDS), max_size=2)).map(
    lambda three: (three[0], replace(three[0], **{name: getattr(three[1], name) for name in three[2]}))
)
PRINTS: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace('"', "“").replace("'", "’"),
    lambda text: text.replace("-", "—").replace("…", "..."),
    lambda text: text.replace(" ", "\u00a0 "),
    lambda text: "\u00ad".join(text),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: f" \u200b{text}\ufeff ",
    lambda text: text.replace(" .", "."),
)


def printed_anew(reading: Reading, prints: list[Callable[[str], str]]) -> Reading:
    """The same words as another publishing system would print them."""

    def anew(text: str | None) -> str | None:
        for change in prints if text else ():
            text = change(text or "")
        return text

    images = tuple(
        replace(image, url=image.url.replace("w660", "w1200"), caption=anew(image.caption), credit=anew(image.credit))
        for image in reading.images
    )
    return replace(
        reading,
        headline=anew(reading.headline) or "",
        lead=anew(reading.lead),
        text="\n".join(anew(line) or "" for line in reading.text.splitlines()),
        images=images,
        byline=anew(reading.byline),
        authors=tuple(anew(author) or "" for author in reading.authors),
        published_at=reading.published_at and reading.published_at.astimezone(timezone(timedelta(hours=-3))),
    )


@examples(150)
@given(PAIRS)
def test_a_change_is_shown_exactly_where_there_is_an_edit(pair: tuple[Reading, Reading]) -> None:
    assert (compare(*pair) == ()) == (changed_fields(*pair) == ())


@examples(100)
@given(READINGS, st.lists(st.sampled_from(PRINTS), min_size=1, max_size=4))
def test_another_print_changes_nothing(reading: Reading, prints: list[Callable[[str], str]]) -> None:
    again = printed_anew(reading, prints)
    assert changed_fields(reading, again) == ()
    assert compare(reading, again) == ()


@examples(100)
@given(READINGS)
def test_a_reading_does_not_differ_from_itself(reading: Reading) -> None:
    assert compare(reading, reading) == ()


@examples(100)
@given(PAIRS)
def test_each_part_that_differs_is_the_part_that_is_shown(pair: tuple[Reading, Reading]) -> None:
    old, new = pair
    parts = {change.part for change in compare(old, new)}
    changed = set(changed_fields(old, new))
    for part, name in [("headline", "headline"), ("lead", "lead"), ("body", "body"), ("byline", "byline"),
                       ("published", "published_at"), ("picture", "pictures")]:  # fmt: skip
        assert (part in parts) == (name in changed), part


@examples(150)
@given(READINGS, READINGS)
def test_both_readings_can_be_read_off(old: Reading, new: Reading) -> None:
    changes = list(side_by_side(old, new))
    body = [change for change in changes if change.part == "body"]
    before = sorted((n, line) for change in body for n, line in paired(change.old, change.before))
    assert [plain(line) for _, line in before] == [plain(line) for line in lines(old.text)]
    after = [line for change in body for _, line in paired(change.new, change.after)]
    assert after == lines(new.text)  # in its order
    assert tidy(byline_of(new)) == "".join(change.after for change in changes if change.part == "byline")
    assert [c.new for c in changes if c.part == "picture" and c.new] == [(n + 1,) for n in range(len(new.images))]
    assert sorted(c.old for c in changes if c.part == "picture" and c.old) == [(n + 1,) for n in range(len(old.images))]


def paired(places: tuple[int, ...], text: str) -> list[tuple[int, str]]:
    return list(zip(places, text.split("\n"), strict=True)) if places else []


@given(ODD, ODD)
def test_both_texts_can_be_read_off_the_pieces(old: str, new: str) -> None:
    pieces = words(old, new)
    assert "".join(piece.text for piece in pieces if piece.operation != "removed") == tidy(new)
    assert plain("".join(piece.text for piece in pieces if piece.operation != "added")) == plain(old)
    assert all(piece.text for piece in pieces)
    assert all(one.operation != other.operation for one, other in pairwise(pieces))


@given(READINGS, READINGS)
def test_what_one_direction_removes_the_other_adds(old: Reading, new: Reading) -> None:
    there, back = size(compare(old, new)), size(compare(new, old))
    assert there[0] - there[1] == back[1] - back[0]  # the detours may differ, the balance cannot


LETTERS = st.lists(st.sampled_from("abcd"), max_size=12)


@examples(300)
@given(LETTERS, LETTERS)
def test_as_much_as_possible_is_found_in_common(old: list[str], new: list[str]) -> None:
    pairs = common(old, new)
    assert all(old[i] == new[j] for i, j in pairs)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(pairs))
    assert len(pairs) == longest(old, new)


def longest(old: list[str], new: list[str]) -> int:
    """The textbook's table."""
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, one in enumerate(old):
        for j, other in enumerate(new):
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@given(PAIRS)
def test_what_is_measured_is_what_is_shown(pair: tuple[Reading, Reading]) -> None:
    assert size(differing(*pair)) == size(compare(*pair))


@given(st.text('aăĐÐ12.,:/-–—… \n\t\r\u00a0\u2028\u0301\u0323ế\u200b“"%½²٣\u20d0\uff0e\u037e\ufb01_', max_size=24))
@example("1.5, 1. 5 và . .5 -\n- 7")
def test_the_key_of_a_text_is_its_tokens_with_a_space_between_any_two(text: str) -> None:
    assert plain(text) == " ".join(tokens(tidy(text)).keys)
    assert list(plain_lines(text)) == [key for part in text.splitlines() if (key := plain(part))]
