"""One article, one history: no copy, column, detour or outage splits it or merges it with another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archive.history import versions_of
from tests.history.fact_builder import NOON, Facts, changes, picture, story, verdicts


def versions(facts: Facts) -> list[int]:
    return [len(versions_of(one).all) for one in facts.history.articles]


def gone(facts: Facts) -> list[str | None]:
    return [one.tombstones[-1].reason if one.is_gone else None for one in facts.history.articles]


def test_an_address_that_is_declared_and_shows_another_article_keeps_that_one() -> None:
    facts = Facts().page("a", story(canonical_url="https://bao.example/b")).page("b", story("chè"))
    facts.page("a", story(canonical_url="https://bao.example/b")).page("b", story("chè"))
    assert versions(facts) == [1, 1]


def test_a_detour_that_ends_leaves_two_articles() -> None:
    facts = Facts().page("b", story("chè")).hop("a", "b").page("b", story("chè"), via=("a",)).page("a", story())
    assert versions(facts) == [1, 1]
    assert facts.history.articles[facts.history.addresses["bao.example/a"].article].latest.reading.headline == (
        "Cầu mới qua sông"
    )


def test_an_address_that_shows_another_article_now_belongs_to_that_one() -> None:
    facts = Facts().page("a", story(), 0).page("b", story(), 0.1)
    facts.page("b", story("chè"), 24).page("a", story(), 24.1).page("b", story("chè"), 48)
    assert changes(facts, 0) == changes(facts, 1) == [""]
    assert [facts.history.addresses[f"bao.example/{key}"].article for key in "ab"] == [0, 1]
    assert facts.history.articles[1].renditions["bao.example/b"].standing == "shows"


def test_moved_and_edited_at_once_is_one_article() -> None:
    facts = Facts().page("a", story()).hop("a", "b").page("b", story(edit="Thêm."))
    assert changes(facts) == ["", "body"]
    assert facts.history.articles[0].primary == "bao.example/b"


@pytest.mark.parametrize("end", ["gone", "error", "no-article", "soft-404", "wall", "listing", "hop"])
@pytest.mark.parametrize("asked_first", ["a", "b"])
def test_an_article_at_two_addresses_lives_on_at_the_other(end: str, asked_first: str) -> None:
    facts = Facts().page("a", story(), 0).page("b", story(), 0.1)
    facts.page("thoi-su", "listing", 0.2)
    facts.page("b", story(), 24 if asked_first == "b" else 25)
    if end == "gone":
        facts.gone("a", 24.5)
    elif end == "error":
        facts.error("a", 24.5)
    elif end == "hop":
        facts.hop("a", "thoi-su", 24.5)
    else:
        facts.page("a", end, 24.5)
    facts.page("b", story(edit="Thêm."), 48)
    assert changes(facts) == ["", "body"]
    article = facts.history.articles[0]
    assert (article.primary, article.tombstones) == ("bao.example/b", ())
    assert all(stand is not None for stand, _ in verdicts(facts, "b"))


@pytest.mark.parametrize(("hours", "lives_at"), [((0, 0.1), "full"), ((0.1, 0), "full"), ((0, 2400), "full")])
def test_a_copy_for_printing_that_names_no_other_address_is_the_same_article(
    hours: tuple[float, float], lives_at: str
) -> None:
    facts = Facts().page("in-bai", story(), hours[0]).page("full", story(images=(picture("cau"),)), hours[1])
    for day in (2500, 2600):
        facts.page("in-bai", story(), day).page("full", story(images=(picture("cau"),)), day + 0.1)
    assert versions(facts) == [1]
    article = facts.history.articles[0]
    assert article.primary == f"bao.example/{lives_at}"
    assert len(article.latest.reading.images) == (lives_at == "full")


def test_an_article_that_is_dead_at_both_addresses_is_gone() -> None:
    facts = Facts().page("a", story()).page("b", story()).gone("a").gone("b")
    assert gone(facts) == ["status 404"]


def test_an_old_address_that_nobody_asked_for_years_does_not_keep_the_dead_alive() -> None:
    facts = Facts().page("a.html", story(), 0).page("a", story(), 24).page("a", story(edit="Thêm."), 24 * 400)
    assert gone(facts.gone("a", 24 * 401)) == ["status 404"]


def test_an_article_imported_under_an_address_that_never_existed_lives_where_it_is_crawled() -> None:
    facts = Facts().page("tin?id=1.html", story(), 0).page("tin?id=1", story(), 240)
    assert changes(facts.page("tin?id=1", story(edit="Thêm."), 264)) == ["", "body"]


def test_a_move_that_only_a_script_makes_is_followed() -> None:
    facts = Facts().page("cu", story(), 0)
    moved = "https://bao.example/moi"
    facts.page("cu", "no-article", 24).page("moi", story(canonical_url=moved), 24.1)
    for day in (2, 3):
        facts.page("cu", "no-article", 24 * day)
        facts.page("moi", story(edit=f"Ngày {day}.", canonical_url=moved), 24 * day + 0.1)
    assert changes(facts) == ["", "body", "body"]
    assert facts.history.articles[0].primary == "bao.example/moi"


def test_an_article_found_again_after_it_was_gone_has_returned() -> None:
    facts = Facts().page("a", story()).gone("a").page("moi", story())
    (stone,) = facts.history.articles[0].tombstones
    assert (stone.gone_at.hour, stone.returned_at and stone.returned_at.hour) == (13, 14)


def test_an_error_page_confirmed_does_not_bring_an_article_back_and_a_304_of_its_own_does() -> None:
    facts = Facts().page("a", story(), 0).page("a", "soft-404", 24).same("a", 25)
    assert gone(facts) == [None]
    assert gone(facts.same("a", 48)) == ["the page became: soft-404"]
    assert gone(Facts().page("a", story()).gone("a").same("a")) == [None]


@pytest.mark.parametrize("followed", [True, False])
def test_a_redirect_to_a_list_that_lasts_longer_than_a_day_buries(followed: bool) -> None:
    facts = Facts().page("thoi-su", "listing", 0).page("a", story(), 1)
    for hour in (24, 26, 48):
        facts.hop("a", "thoi-su", hour)
        if followed:
            facts.page("thoi-su", "listing", hour, via=("a",))
        told = ["redirected to https://bao.example/thoi-su, which is no article"] if hour == 48 else [None]
        assert gone(facts) == told
    assert facts.history.articles[0].tombstones[0].gone_at == NOON + timedelta(hours=24)
    assert gone(facts.page("a", story(), 72)) == [None]


def test_a_redirect_that_ends_in_a_404_buries() -> None:
    """Also where the end does not say why it was requested: a crawl requests it once, for the first that leads there."""
    facts = Facts().page("a", story(), 0).hop("a", "loi", 24)
    assert gone(facts) == [None]
    assert gone(facts.gone("loi", 24.01)) == ["status 404"]


def test_a_redirect_to_another_article_is_a_move_and_ends_with_a_return() -> None:
    facts = Facts().page("a", story()).page("b", story("chè")).hop("a", "b").page("b", story("chè"), via=("a",))
    assert facts.history.articles[0].moved_to == 1
    facts = facts.page("a", story())
    assert (facts.history.articles[0].moved_to, gone(facts)) == (None, [None, None])


def test_there_and_back_again() -> None:
    facts = Facts().page("a", story()).hop("a", "b").page("b", story(), via=("a",)).hop("b", "a")
    facts.page("a", story(), via=("b",))
    assert facts.history.articles[0].primary == "bao.example/a"
    assert gone(facts.gone("a")) == ["status 404"]


def test_a_detour_over_a_wall_or_an_error_buries_nobody() -> None:
    facts = Facts().page("a", story()).page("a", "wall").error("a").page("a", "empty")
    assert gone(facts) == [None]


def test_every_page_that_was_read_is_a_version_s_or_says_why_not() -> None:
    facts = (
        Facts().page("a", story()).page("b", story()).page("a", story("chè")).page("amp/a", story(lead="Chỉ có sapo."))
    )
    facts.page("a", "wall").page("b", story(edit="Thêm."))
    assert all(stand is not None or why for look in ("a", "b", "amp/a") for stand, why in verdicts(facts, look))
