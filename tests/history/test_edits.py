"""What an article's versions are: one state each, however many addresses, copies, pictures and faces its page has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from archive.history import Shown, versions_of
from archive.model.records import Reading
from tests.history.fact_builder import NOON, PUBLISHED, Facts, bytes_of, changes, picture, story, told, verdicts


def test_an_edit_is_a_version_and_another_print_is_none() -> None:
    facts = Facts().page("a", story()).page("a", story(headline=" Cầu mới  qua sông ")).page("a", story(edit="Thêm."))
    assert changes(facts) == ["", "body"]
    assert verdicts(facts, "a") == [(0, ""), (0, ""), (1, "")]


def test_an_article_that_goes_back_to_what_it_said_has_a_third_version() -> None:
    facts = Facts().page("a", story()).page("a", story(edit="Thêm.")).page("a", story())
    assert changes(facts) == ["", "body", "body"]


def test_a_page_with_two_faces_has_two_versions_and_counts_the_returns() -> None:
    facts = Facts()
    for _ in range(4):
        facts.page("a", story(images=(picture("cau"),))).page("a", story(images=(picture("cau"), picture("đò"))))
    versions = versions_of(facts.history.articles[0])
    assert [one.changed for one in versions.all] == [(), ("pictures",)]
    assert versions.shown == (0, 1, 0, 1, 0, 1, 0, 1)
    assert [[moment.hour for moment in one.returns] for one in versions.all] == [[14, 16, 18], [15, 17, 19]]


def test_a_page_that_keeps_one_of_its_faces_for_a_week_has_one_face_again() -> None:
    other, facts = story(edit="Quảng cáo."), Facts()
    for hour in (0, 48):
        facts.page("a", story(), hour).page("a", other, hour + 24)
    for day in (4, 9, 14):
        facts.page("a", story(), 24 * day)
    facts.page("a", other, 24 * 15)
    versions = versions_of(facts.history.articles[0])
    assert [one.first_seen.day for one in versions.all] == [20, 21, 24, 4]
    assert versions.shown == (0, 1, 0, 1, 2, 3)


def test_a_new_state_after_two_faces_is_a_version() -> None:
    facts = Facts()
    for _ in range(2):
        facts.page("a", story()).page("a", story(edit="Quảng cáo."))
    facts.page("a", story()).page("a", story(edit="Tỉnh đã chi 40 tỷ đồng."))
    versions = versions_of(facts.history.articles[0])
    assert [one.changed for one in versions.all] == [(), ("body",), ("body",)]


def test_three_faces_by_turns_are_three_versions() -> None:
    facts = Facts()
    for _ in range(3):
        for edit in ("Một.", "Hai.", "Ba."):
            facts.page("a", story(edit=edit))
    assert len(versions_of(facts.history.articles[0]).all) == 3


def test_page_and_pictures_of_one_visit_are_one_version() -> None:
    facts = Facts().page("a", story(images=(picture("cau"),)), 0).fetch("cau", bytes_of(10), 0.1)
    facts.page("a", story(images=(picture("cau"),), edit="Thêm."), 24).fetch("cau", bytes_of(200), 24.1)
    assert changes(facts) == ["", "body, pictures"]


def test_so_are_pictures_that_were_due_before_their_page() -> None:
    facts = Facts().page("a", story(images=(picture("cau"),)), 0).fetch("cau", bytes_of(10), 0.1)
    facts.fetch("cau", bytes_of(200), 24).page("a", story(images=(picture("cau"),), edit="Thêm."), 24.5)
    assert changes(facts) == ["", "body, pictures"]
    (first, second) = versions_of(facts.history.articles[0]).all
    assert second.proof.id == 4 and first.digest != second.digest


def test_two_pictures_replaced_in_one_visit_are_one_version() -> None:
    shown = story(images=(picture("cau"), picture("do")))
    facts = Facts().page("a", shown, 0).fetch("cau", bytes_of(1), 0.1).fetch("do", bytes_of(2), 0.2)
    facts.same("a", 24).fetch("cau", bytes_of(100), 24.1).fetch("do", bytes_of(200), 24.2)
    assert changes(facts) == ["", "pictures"]


def test_two_states_of_an_article_have_two_digests() -> None:
    shown = story(images=(picture("cau"),))
    facts = Facts().page("a", shown, 0).fetch("cau", bytes_of(1), 1).fetch("cau", bytes_of(100), 30)
    facts.page("a", shown, 50).fetch("cau", bytes_of(200), 60)
    versions = versions_of(facts.history.articles[0]).all
    assert len({one.digest for one in versions}) == 3
    assert [one.words_of for one in versions] == [None, 1, 1]
    assert [one.proof.id for one in versions] == [1, 1, 4]


def test_a_copy_of_a_picture_is_no_edit_and_one_that_cannot_be_compared_is_none() -> None:
    facts = Facts().page("a", story(images=(picture("cau"),)), 0).fetch("cau", bytes_of(100), 1)
    facts.fetch("cau", bytes_of(105), 30).fetch("cau", bytes_of(0), 60)
    assert changes(facts) == ["", "pictures"]


def test_what_a_picture_showed_before_the_article_did_says_nothing() -> None:
    facts = Facts().page("a", story(images=(picture("cau"),)), 0).fetch("cau", bytes_of(1), 0.1)
    facts.page("b", story("chè", images=(picture("cau"),)), 48).fetch("cau", bytes_of(200), 48.1)
    assert changes(facts, 0) == ["", "pictures"]
    assert changes(facts, 1) == [""]


def test_an_article_that_is_gone_is_not_edited() -> None:
    facts = Facts().page("a", story(images=(picture("cau"),)), 0).fetch("cau", bytes_of(1), 0.1).gone("a", 24)
    assert changes(facts.fetch("cau", bytes_of(200), 25)) == [""]


def test_a_copy_for_phones_is_no_edit_whichever_is_met_first() -> None:
    full = story(images=(picture("cau"),), canonical_url="https://bao.example/a")
    poor = story(canonical_url="https://bao.example/a")
    first = Facts().page("a", full).page("amp/a", poor).page("a", full).page("amp/a", poor)
    later = Facts().page("amp/a", poor).page("a", full).page("amp/a", poor).page("a", full)
    for facts in (first, later):
        assert changes(facts) == [""]
        assert facts.history.articles[0].primary == "bao.example/a"
        assert facts.history.articles[0].latest.reading.images


def test_an_edit_seen_first_in_a_copy_is_told_once() -> None:
    full = story(images=(picture("cau"),), canonical_url="https://bao.example/a")
    facts = Facts().page("a", full).page("amp/a", story(canonical_url=full.canonical_url))
    facts.page("amp/a", story(edit="Thêm.", canonical_url=full.canonical_url))
    facts.page("a", story(edit="Thêm.", images=full.images, canonical_url=full.canonical_url))
    assert changes(facts) == ["", "body"]


def test_a_twin_that_lags_behind_is_no_edit() -> None:
    facts = Facts().page("a", story()).page("b", story()).page("a", story(edit="Thêm."))
    facts.page("b", story()).page("a", story(edit="Thêm.")).page("b", story())
    assert changes(facts) == ["", "body"]
    assert [stand for stand, _ in verdicts(facts, "b")] == [0, 0, 0]


def test_a_twin_that_leads_is_accepted_and_the_one_that_follows_is_no_edit() -> None:
    facts = Facts().page("a", story()).page("b", story()).page("b", story(edit="Thêm.")).page("a", story())
    assert changes(facts) == ["", "body"]
    assert changes(facts.page("a", story(edit="Thêm."))) == ["", "body"]


def test_an_archive_of_one_order_tells_what_one_of_another_order_tells() -> None:
    one = Facts().page("a", story(), 0).page("a", story(edit="Thêm."), 5).gone("a", 7)
    other = Facts().gone("a", 7).page("a", story(edit="Thêm."), 5).page("a", story(), 0)
    assert told(one.history) == told(other.history)


def drawn(seed: int, part: bool = False) -> Shown:
    """A picture of cells of many lightnesses; part: its middle alone, in the same number of cells."""
    cells = [[(row * 37 * seed + column * column * 11 + seed * 53) % 256 for column in range(12)] for row in range(12)]
    shown = [
        [cells[3 + row // 2][3 + column // 2] if part else cells[row][column] for column in range(12)]
        for row in range(12)
    ]
    return Shown(f"sha256:{seed}{part}", bytes(cell for row in shown for cell in row).hex())


def with_picture(name: str, edit: str = "", **parts: Any) -> Reading:
    return story(edit=edit, images=(replace(picture(name), **parts),))


@pytest.mark.parametrize(("shown", "expected"), [(drawn(1), [""]), (drawn(2), ["", "pictures"])])
def test_the_same_photograph_in_a_file_of_another_name_is_no_edit(shown: Shown, expected: list[str]) -> None:
    facts = Facts().page("a", with_picture("cau"), 0).fetch("cau", drawn(1), 0.1)
    facts.page("a", with_picture("cau-moi"), 24).fetch("cau-moi", shown, 24.1).page("a", with_picture("cau-moi"), 48)
    assert changes(facts) == expected
    later = [*expected, "body"]
    assert changes(facts.page("a", with_picture("cau-moi", "Thêm."), 72)) == later
    assert changes(facts.page("a", with_picture("do", "Thêm."), 96).fetch("do", drawn(3), 96.1)) == [*later, "pictures"]


@pytest.mark.parametrize(("shown", "expected"), [(drawn(1), "body"), (drawn(2), "body, pictures")])
def test_the_same_photograph_in_another_file_is_no_part_of_an_edit(shown: Shown, expected: str) -> None:
    facts = Facts().page("a", with_picture("cau"), 0).fetch("cau", drawn(1), 0.1)
    facts.page("a", with_picture("cau-2", "Thêm."), 24).fetch("cau-2", shown, 24.1)
    assert changes(facts) == ["", expected]
    facts.page("a", with_picture("cau-3", "Nữa."), 48).fetch("cau-3", shown, 48.1)
    assert changes(facts) == ["", expected, "body"]


def test_another_photograph_is_told_after_the_same_one_in_another_file() -> None:
    facts = Facts().page("a", with_picture("cau"), 0).fetch("cau", drawn(1), 0.1)
    facts.page("a", with_picture("cau-moi"), 24).fetch("cau-moi", drawn(1), 24.1)
    facts.page("a", with_picture("do"), 48).fetch("do", drawn(2), 48.1)
    assert changes(facts) == ["", "pictures"]


def test_the_same_photograph_under_another_caption_is_an_edit() -> None:
    facts = Facts().page("a", with_picture("cau"), 0).fetch("cau", drawn(1), 0.1)
    facts.page("a", with_picture("cau-moi", caption="Cây cầu cũ"), 24).fetch("cau-moi", drawn(1), 24.1)
    assert changes(facts) == ["", "pictures"]


def test_pictures_nobody_fetched_are_told_by_their_addresses() -> None:
    assert changes(Facts().page("a", with_picture("cau")).page("a", with_picture("cau-moi"))) == ["", "pictures"]


def test_what_stands_at_an_address_that_the_page_has_left_is_nobodys_edit() -> None:
    facts = Facts().page("a", with_picture("cau"), 0).fetch("cau", drawn(1), 0.1)
    facts.page("a", with_picture("do"), 24).fetch("do", drawn(1), 24.1).fetch("cau", drawn(2), 24.2)
    assert changes(facts) == [""]


_LEAD = "Cầu thông xe sáng nay."
_TEXT = story().text
REPRINTS = {
    "the lead as first paragraph": ({"lead": _LEAD}, {"text": f"{_LEAD}\n\n{_TEXT}"}),
    "the lead twice": ({"lead": _LEAD}, {"lead": _LEAD, "text": f"{_LEAD}\n\n{_TEXT}"}),
    "authors in capitals": ({"authors": ("Hà Thu", "Văn Hải")}, {"authors": ("HÀ THU", "VĂN HẢI")}),
    "the paper's name behind the headline": (
        {"headline": "Cầu mới - thôn xa"},
        {"headline": "Cầu mới - thôn xa - Báo Thử"},
    ),
    "and before it": ({}, {"headline": "Thử Online | Cầu mới qua sông"}),
    "its address": ({}, {"headline": "Cầu mới qua sông – bao.example"}),
    "a time without seconds": ({"published_at": PUBLISHED.replace(second=30)}, {"published_at": PUBLISHED}),
    "a zone that is taken for Greenwich": ({}, {"published_at": PUBLISHED.replace(tzinfo=UTC)}),
    "and added twice": ({}, {"published_at": PUBLISHED - timedelta(hours=7)}),
    "a day without a time": ({"published_at": PUBLISHED}, {"published_at": PUBLISHED.replace(hour=0, minute=0)}),
    "both": ({"authors": ("Hà Thu",), "lead": _LEAD}, {"authors": ("HÀ THU",), "text": f"{_LEAD}\n\n{_TEXT}"}),
}


@pytest.mark.parametrize(("one", "other"), REPRINTS.values(), ids=REPRINTS)
def test_the_same_in_another_layout_is_no_edit_and_an_edit_beside_it_is_one(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    for before, after in ((one, other), (other, one)):
        facts = Facts().page("a", story(**before), 0).page("a", story(**after), 24).same("a", 48)
        assert changes(facts) == [""] and {*verdicts(facts, "a")} == {(0, "")}
        edited = story(**{**after, "text": f"{after.get('text', _TEXT)}\n\nĐến trưa có mưa."})
        assert changes(facts.page("a", edited, 72).page("a", edited, 96)) == ["", "body"]
        edited = replace(edited, headline="Cầu nối hai bờ")
        assert changes(facts.page("a", edited, 120)) == ["", "body", "headline"]
        at_once = Facts().page("a", story(**before), 0).page("a", edited, 24)
        assert changes(at_once) == ["", "headline, body"]


@pytest.mark.parametrize(
    ("one", "other", "changed"),
    [
        ({"lead": _LEAD}, {"text": f"Cầu thông xe.\n\n{_TEXT}"}, "lead, body"),
        ({"authors": ("Hà Thu",)}, {"authors": ("HÀ THƯ",)}, "byline"),
        ({}, {"headline": "Cầu mới qua sông - Kỳ 2"}, "headline"),
        ({}, {"headline": "Cầu mới qua sông Báo"}, "headline"),
        ({}, {"headline": "Cầu cũ qua sông - Báo Thử"}, "headline"),
        ({}, {"published_at": PUBLISHED.replace(minute=16)}, "published_at"),
        ({}, {"published_at": PUBLISHED - timedelta(hours=6)}, "published_at"),
        ({}, {"published_at": PUBLISHED.replace(day=19, hour=0, minute=0)}, "published_at"),
    ],
)
def test_what_another_layout_does_not_say_is_an_edit(one: dict[str, Any], other: dict[str, Any], changed: str) -> None:
    facts = Facts().page("a", story(**one), 0).page("a", story(**other), 24).page("a", story(**other), 48)
    assert changes(facts) == ["", changed]


def test_a_time_that_is_first_printed_in_figures_is_no_edit() -> None:
    facts = Facts().page("a", story(published_at=None), 0).page("a", story(), 24).page("a", story(edit="Thêm."), 48)
    assert changes(facts) == ["", "body"]
    assert changes(facts.page("a", story(edit="Thêm.", published_at=PUBLISHED.replace(day=1)), 72).same("a", 96)) == [
        "",
        "body",
        "published_at",
    ]


@pytest.mark.parametrize("precision", ["second", "day"])
def test_a_time_that_is_each_visit_s_is_no_edit_and_no_doubt_and_one_that_stays_is_an_edit(precision: str) -> None:
    def printed(hour: float, **parts: Any) -> Reading:
        time = NOON + timedelta(hours=hour, seconds=-9)
        return story(published_at=time if precision == "second" else time.replace(hour=0, minute=0, second=0), **parts)

    facts = Facts().page("a", printed(0), 0).page("a", printed(24), 24).page("a", printed(41), 41)
    facts.page("a", printed(72, edit="Đến trưa có mưa."), 72).page("a", printed(96, edit="Đến trưa có mưa."), 96)
    assert changes(facts) == ["", "body"] and not any(one.doubted for one in facts.history.verdicts)
    for hour in (120, 144, 168):
        facts.page("a", printed(96, edit="Đến trưa có mưa."), hour)
    assert changes(facts) == ["", "body", "published_at"]


@pytest.mark.parametrize("minutes", [-10, 14])
def test_an_edit_dated_anew_just_before_a_look_says_so(minutes: float) -> None:
    again = story(edit="Đến trưa có mưa.", published_at=NOON + timedelta(hours=24, minutes=-minutes))
    assert changes(Facts().page("a", story(), 0).page("a", again, 24).page("a", again, 48)) == [
        "",
        "body, published_at",
    ]
