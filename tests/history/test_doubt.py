"""One bad day writes no history, and what stays is believed, from its own first day."""

from __future__ import annotations

import pytest

from archive.history import Signs, versions_of
from tests.history.made import PUBLISHED, Facts, changes, story, verdicts, wrong


def test_a_page_with_nothing_in_common_is_doubted_and_goes() -> None:
    facts = Facts().page("a", story()).page("a", wrong()).page("a", story())
    assert changes(facts) == [""]
    assert verdicts(facts, "a")[1][1].startswith("it has nothing in common with the article")


def test_a_dated_rewriting_is_believed_at_the_second_look_from_its_first_day() -> None:
    facts = Facts().page("a", story(), 0).page("a", story("lũ"), 24)
    assert changes(facts) == [""]
    facts.page("a", story("lũ", edit="Đến trưa nước đã rút."), 48)
    assert changes(facts) == ["", "headline, body", "body"]
    assert [one.at.day for one in versions_of(facts.history.articles[0]).all] == [20, 21, 22]
    assert verdicts(facts, "a") == [(0, ""), (1, ""), (2, "")]


def test_a_page_without_the_date_that_the_article_had_is_never_believed() -> None:
    facts = Facts().page("a", story())
    for _ in range(5):
        facts.page("a", wrong())
    assert changes(facts.page("a", story())) == [""]


def test_the_same_page_at_several_articles_is_never_believed() -> None:
    facts = Facts().page("a", story())
    for _ in range(3):
        facts.page("a", wrong(published_at=PUBLISHED), signs=Signs(same_words=24, same_headline=24))
    assert changes(facts.page("a", story())) == [""]
    assert "25 articles" in verdicts(facts, "a")[1][1]


def test_the_text_of_another_article_is_no_edit() -> None:
    facts = Facts().page("a", story()).page("b", story("chè"))
    for _ in range(3):
        facts.page("a", story("chè"))
    assert changes(facts, 0) == changes(facts, 1) == [""]
    assert "the article of https://bao.example/b" in verdicts(facts, "a")[1][1]


@pytest.mark.parametrize("signs", [Signs(at_once=True), Signs(cut=True)])
def test_what_changes_everywhere_at_once_or_breaks_off_waits_for_the_next_look(signs: Signs) -> None:
    facts = Facts().page("a", story()).page("a", story(edit="Tải ứng dụng."), signs=signs)
    assert changes(facts) == [""]
    assert changes(facts.page("a", story(edit="Tải ứng dụng."))) == ["", "body"]


def test_nearly_all_gone_at_once_waits_too() -> None:
    facts = Facts().page("a", story()).gone("a", signs=Signs(at_once=True))
    assert not facts.history.articles[0].is_gone
    assert not Facts(looks=[*facts.looks]).page("a", story(), 9).history.articles[0].tombstones
    (stone,) = facts.gone("a").history.articles[0].tombstones
    assert stone.gone_at.hour == 13  # since it was first seen gone


def test_a_page_cut_short_is_no_edit() -> None:
    half = story(text=story().text.partition("\n\n")[0])
    facts = Facts().page("a", story()).page("a", half, signs=Signs(cut=True)).page("a", story())
    assert changes(facts) == [""]


def test_a_doubted_page_brings_nobody_back() -> None:
    facts = Facts().page("a", story()).gone("a").page("a", wrong())
    assert facts.history.articles[0].is_gone


def test_an_edit_with_anything_in_common_is_believed_at_once() -> None:
    for edited in (
        story(headline="Thông xe cầu qua sông Con", text=story().text.partition("\n\n")[0]),
        story(text="Hoàn toàn khác. " * 9),
        story(headline="Đã thông xe", text=story().text.replace("\n\n", " ").replace("Huyện", "UBND huyện")),
    ):
        assert len(changes(Facts().page("a", story()).page("a", edited))) == 2


def test_a_template_that_nobody_filled_is_no_edit() -> None:
    facts = Facts().page("a", story()).page("a", story(headline="Báo Thử", text=""))
    assert changes(facts) == [""]
    assert changes(facts.page("a", story())) == [""]


def test_a_home_page_that_calls_itself_an_article_is_none() -> None:
    assert not Facts().page("", wrong()).page("", wrong("Một trang khác hẳn.")).history.articles
