"""How answers look: on 80 columns, coloured only where a person watches, whole either way."""

from __future__ import annotations

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.cli.formatting import article_lines, change_lines, version_lines
from archive.console import rendered, stored_moment
from archive.diff import Change, Piece, words
from archive.queries.lookup import Article, Version


def lines_of(change: Change) -> list[str]:
    return [rendered(line) for line in change_lines(change)]


def plain(change: Change) -> list[str]:
    return [click.unstyle(line) for line in lines_of(change)]


@pytest.mark.parametrize(
    ("stamp", "zone", "shown"),
    [
        ("2026-05-20T01:15:00Z", "Asia/Ho_Chi_Minh", "2026-05-20 08:15"),
        ("2026-05-20T08:15:00+07:00", "Asia/Ho_Chi_Minh", "2026-05-20 08:15"),
        ("2026-05-19T20:00:00Z", "Asia/Ho_Chi_Minh", "2026-05-20 03:00"),
        ("2026-05-20T01:15:00Z", "Europe/Prague", "2026-05-20 03:15"),
        ("2026-12-20T01:15:00Z", "Europe/Prague", "2026-12-20 02:15"),
        (None, "Asia/Ho_Chi_Minh", "-"),
    ],
)
def test_times_are_shown_in_the_paper_s_zone(stamp: str | None, zone: str, shown: str) -> None:
    assert stored_moment(stamp, zone) == shown


def test_a_long_headline_takes_several_lines_of_80_columns() -> None:
    headline = "Thông xe kỹ thuật cầu Bến Gót bắc qua sông Thao sau hai mươi sáu tháng thi công của hai đơn vị"
    article = Article(
        7, "bao", "https://bao.example/cau-moi-7.htm", headline, None, None, "2026-05-20T08:15:00+07:00", 2,
        "2026-05-20T01:20:00Z", "2026-05-20T01:20:00Z", "2026-05-21T01:20:00Z", "2026-05-21T02:00:00Z", "status 404",
        "Asia/Ho_Chi_Minh",
    )  # fmt: skip
    lines = [rendered(line) for line in article_lines(article)]
    assert [click.unstyle(line) for line in lines] == [
        "2026-05-20 08:15  Thông xe kỹ thuật cầu Bến Gót bắc qua sông Thao sau hai mươi",
        "                  sáu tháng thi công của hai đơn vị",
        "                  https://bao.example/cau-moi-7.htm",
        "                  2 versions, gone since 2026-05-21 09:00",
    ]
    assert all(len(click.unstyle(line)) <= 80 for line in lines)


def test_a_version_says_what_changed_and_how_much() -> None:
    version = Version(
        3, 1, 2, "2026-05-20T01:15:00Z", "2026-05-20T05:15:00Z", "Cầu mới", "headline, body", "sha256:x", 4, 7
    )
    assert [click.unstyle(line) for line in map(rendered, version_lines(version, "Asia/Ho_Chi_Minh"))] == [
        "  2  2026-05-20 08:15 to 12:15",
        "     Cầu mới",
        "     changed: headline, body; 4 words removed, 7 added",
    ]


def test_nothing_of_a_paper_s_steers_the_terminal() -> None:
    version = Version(
        3, 1, 1, "2026-05-20T01:15:00Z", "2026-05-20T01:15:00Z", "Cầu \x1b[2Jmới", None, "sha256:x", None, None
    )
    _, headline = map(rendered, version_lines(version, "Asia/Ho_Chi_Minh"))
    assert headline == r"     Cầu \x1b[2Jmới"


def test_an_edit_is_marked_in_its_place() -> None:
    assert plain(Change("body", words("Cầu dài 212 mét.", "Cầu dài 221 mét."))) == [
        "body",
        "  Cầu dài [-212-]{+221+} mét.",
    ]


def test_colour_surrounds_what_it_marks() -> None:
    _, line = lines_of(Change("body", words("dài 212 mét", "dài 221 mét")))
    assert line == "  dài " + click.style("[-212-]", fg="red") + click.style("{+221+}", fg="green") + " mét"


def test_a_long_mark_keeps_its_colour_on_every_line() -> None:
    _, *lines = lines_of(Change("body", (Piece("added", "mưa to " * 40),)))
    assert len(lines) > 2
    assert all("\x1b[32m" in line for line in lines)


def test_pictures_stand_one_a_line() -> None:
    change = Change("picture", (Piece("removed", "https://bao.vn/" + "a" * 90), Piece("added", "https://bao.vn/b")))
    assert plain(change) == ["picture", "  [-https://bao.vn/" + "a" * 90 + "-]", "  {+https://bao.vn/b+}"]


WORDS = st.lists(st.sampled_from(["cầu", "dài", "212", "mét", "ở", "xã"]), max_size=60).map(" ".join)


@given(WORDS, WORDS)
def test_every_changed_word_is_shown(old: str, new: str) -> None:
    pieces = words(old, new)
    shown = "".join("".join(plain(Change("body", pieces))[1:]).split())
    for piece in pieces:
        if piece.operation != "equal":
            assert "".join(piece.text.split()) in shown


def test_a_change_is_named_with_its_place() -> None:
    change = Change("body", (Piece("equal", "Mưa to."),), "moved", (5,), (2,), "subhead")
    assert plain(change) == ["paragraph 2 (was 5), subhead, moved", "  Mưa to."]
    assert plain(
        Change("caption", (Piece("removed", "Cầu"),), "removed", (2,), (2,), picture="https://bao.vn/b.jpg")
    ) == [
        "caption of picture 2, removed",
        "  https://bao.vn/b.jpg",
        "  [-Cầu-]",
    ]


def test_a_paragraph_s_end_is_seen() -> None:
    pieces = (Piece("equal", "Mưa to."), Piece("removed", " "), Piece("added", "\n"), Piece("equal", "Nắng."))
    assert plain(Change("body", pieces, "split", (1,), (1, 2))) == [
        "paragraphs 1-2 (was 1), split",
        "  Mưa to. {+¶+}Nắng.",
    ]


def test_marks_in_the_newspaper_s_own_words_change_no_colour() -> None:
    _, line = lines_of(Change("body", (Piece("equal", "Theo [-a-] và {+b+} "), Piece("added", "c"))))
    assert line == "  Theo [-a-] và {+b+} " + click.style("{+c+}", fg="green")


def test_nothing_a_page_says_steers_the_terminal() -> None:
    change = Change("picture", (Piece("added", "https://bao.vn/\x1b]0;x\x07\x9b31m\u202e"),))
    assert plain(change)[1] == r"  {+https://bao.vn/\x1b]0;x\x07\x9b31m\u202e+}"


def test_what_only_moved_is_shortened() -> None:
    (_, *lines) = plain(Change("body", (Piece("equal", "mưa to " * 60),), "moved", (2,), (1,)))
    assert len(lines) == 2
    assert "…" in " ".join(lines)
