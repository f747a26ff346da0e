"""Which URL is primary: copies that take over, copies met first, primary URLs that nobody asks any more."""

from __future__ import annotations

import pytest

from archive.history import versions_of
from archive.model.records import Image, Reading
from tests.history.fact_builder import SITE, Facts, bytes_of, changes, picture, story, verdicts

HOME = f"{SITE}/a"
FULL = story(images=(picture("cau"),), canonical_url=HOME)
POOR = story(canonical_url=HOME)
FIRST, *_ = story().text.split("\n\n")
SHORT = story(text=FIRST, canonical_url=HOME)


def full(edit: str) -> Reading:
    return story(edit=edit, images=FULL.images, canonical_url=HOME)


def short(edit: str) -> Reading:
    return story(text=f"{FIRST}\n\n{edit}", canonical_url=HOME)


def primary(facts: Facts) -> str:
    (article,) = facts.history.articles
    return article.primary.removeprefix("bao.example/")


@pytest.mark.parametrize("copy", [POOR, SHORT])
@pytest.mark.parametrize("end", ["gone", "error"])
def test_a_copy_that_takes_over_and_shows_what_it_showed_is_no_edit(copy: Reading, end: str) -> None:
    facts = Facts().page("a", FULL, 0).page("amp/a", copy, 0.1)
    for day in (1, 2, 3):
        getattr(facts, end)("a", 24 * day)
        facts.page("amp/a", copy, 24 * day + 0.1)
    assert changes(facts) == [""]
    assert primary(facts) == "amp/a"
    assert changes(facts.page("a", FULL, 96)) == [""]
    assert primary(facts) == "a"


@pytest.mark.parametrize(
    ("before", "after"), [(POOR, story(edit="Thêm.", canonical_url=HOME)), (SHORT, short("Thêm."))]
)
def test_an_edit_of_a_copy_that_took_over_is_told_once(before: Reading, after: Reading) -> None:
    facts = Facts().page("a", FULL, 0).page("amp/a", before, 0.1).gone("a", 24).page("amp/a", after, 48)
    assert changes(facts) == ["", "body"]
    facts.page("a", full("Thêm."), 72).page("amp/a", after, 72.1)
    assert changes(facts) == ["", "body"]
    assert primary(facts) == "a"
    assert changes(facts.page("a", full("Nữa."), 96)) == ["", "body", "body"]


def test_two_edits_of_a_copy_that_took_over_are_told_once_each() -> None:
    facts = Facts().page("a", FULL, 0).page("amp/a", POOR, 0.1)
    for day, edit in enumerate(("Một.", "Hai."), 1):
        facts.gone("a", 24 * day).page("amp/a", story(edit=edit, canonical_url=HOME), 24 * day + 0.1)
    assert changes(facts) == ["", "body", "body"]
    facts.page("a", full("Hai."), 72)
    assert changes(facts) == ["", "body", "body"]
    assert len(facts.history.articles[0].latest.reading.images) == 1


def test_a_page_back_that_does_not_know_the_edit_of_its_copy_is_no_edit() -> None:
    facts = Facts().page("a", FULL, 0).page("amp/a", SHORT, 0.1).error("a", 24).page("amp/a", short("Thêm."), 24.1)
    facts.page("a", FULL, 48).page("amp/a", short("Thêm."), 48.1)
    assert changes(facts) == ["", "body"]
    assert verdicts(facts, "a")[-1] == (0, "")


def test_a_page_back_with_other_words_than_its_copy_had_is_an_edit_of_its_own() -> None:
    facts = Facts().page("a", FULL, 0).page("amp/a", SHORT, 0.1).error("a", 24).page("amp/a", short("Thêm."), 24.1)
    assert changes(facts.page("a", full("Khác."), 48)) == ["", "body", "body"]


@pytest.mark.parametrize(("copy", "hour"), [(SHORT, 0.1), (SHORT, 240), (POOR, 240), (short("Đọc tiếp."), 0.1)])
def test_the_page_that_a_copy_met_first_names_becomes_primary(copy: Reading, hour: float) -> None:
    facts = Facts().page("amp/a", copy, 0).page("a", FULL, hour).page("amp/a", copy, hour + 24)
    assert changes(facts) == [""]
    assert primary(facts) == "a"
    assert len(facts.history.articles[0].latest.reading.images) == 1
    for number, edit in enumerate(("Một.", "Hai."), 2):
        facts.page("amp/a", copy, hour + 24 * number).page("a", full(edit), hour + 24 * number + 0.1)
    assert changes(facts) == ["", "body", "body"]


def test_a_page_that_says_otherwise_days_after_its_copy_is_edited_and_has_no_new_pictures() -> None:
    facts = Facts().page("amp/a", short("Cũ."), 0).page("a", full("Mới."), 240)
    assert changes(facts) == ["", "body"]
    assert primary(facts) == "a"


def test_a_copy_whose_page_names_it_in_turn_keeps_the_word() -> None:
    back = story(canonical_url=f"{SITE}/amp/a", edit="Thêm.")
    facts = Facts().page("amp/a", SHORT, 0)
    for hour in range(1, 5):
        facts.page("a", back, hour).page("amp/a", SHORT, hour + 0.5)
    assert changes(facts) == [""]


def test_a_primary_url_that_nobody_asks_any_more_gives_way() -> None:
    facts = Facts().page("a", FULL, 0).page("b", FULL, 0.1)
    for day in (170, 200, 300):
        facts.page("b", full(f"Ngày {day}."), 24 * day)
    assert changes(facts) == ["", "body", "body"]
    assert primary(facts) == "b"
    assert verdicts(facts, "b")[1] == (None, "another print")


def test_a_twin_that_lags_and_inherits_is_no_edit() -> None:
    facts = Facts().page("a", story(), 0).page("b", story(), 0.1).page("a", story(edit="Thêm."), 24)
    facts.page("b", story(), 24.1).gone("a", 48)
    for hour in (48.1, 72):
        assert changes(facts.page("b", story(), hour)) == ["", "body"]
    assert changes(facts.page("b", story(edit="Thêm."), 96)) == ["", "body"]
    assert verdicts(facts, "b")[-1] == (1, "")


def test_two_picture_addresses_of_one_script_are_two_digests() -> None:
    one, other = (Image(f"https://cdn.example/img.ashx?id={number}") for number in (7, 8))
    facts = Facts().page("a", story(images=(one,))).page("a", story(images=(other,)))
    assert changes(facts) == ["", "pictures"]
    first, second = versions_of(facts.history.articles[0]).all
    assert first.digest != second.digest


def test_words_of_a_page_with_two_faces_and_a_new_picture_are_those_of_its_face() -> None:
    other = story(edit="Quảng cáo.", images=FULL.images, canonical_url=HOME)
    facts = Facts().page("a", FULL, 0).fetch("cau", bytes_of(10), 0.1)
    for day in (1, 3):
        facts.page("a", other, 24 * day).page("a", FULL, 24 * (day + 1))
    versions = versions_of(facts.fetch("cau", bytes_of(200), 120).history.articles[0]).all
    assert [(one.words_of, one.changed) for one in versions] == [
        (None, ()), (None, ("body",)), (1, ("body", "pictures"))
    ]  # fmt: skip


def test_a_twin_seen_between_a_new_picture_and_its_page_shows_the_words_before() -> None:
    pictured = story(images=(picture("cau"),))
    facts = Facts().page("a", pictured, 0).page("b", pictured, 0.1).fetch("cau", bytes_of(10), 0.2)
    facts.fetch("cau", bytes_of(200), 24).page("b", pictured, 24.2)
    facts.page("a", story(images=(picture("cau"),), edit="Thêm."), 24.5)
    assert changes(facts) == ["", "body, pictures"]
    assert [stand for stand, _ in verdicts(facts, "b")] == [0, 0]
