"""A paper that moves to another domain: each article goes on there, and nothing is told twice."""

from __future__ import annotations

import pytest

from archive.history import History, derive, in_time, versions_of
from archive.history.article_identity import may_have_moved, number_in
from archive.model.records import Outlet, Reading
from tests.history.fact_builder import Facts, story

MOVED = Outlet("bao", "Báo Thử", "https://moi.example/", ("moi.example", "bao.example"))


class Moving(Facts):
    """Facts of two domains."""

    def there(self, key: str, reading: Reading, hour: float | None = None) -> Moving:
        """A page of the new one."""
        self.page(key, reading, hour)
        self.looks[-1] = self._on_the_new(len(self.looks) - 1)
        return self

    def _on_the_new(self, place: int):  # type: ignore[no-untyped-def]  # a look
        from dataclasses import replace

        look = self.looks[place]
        key, url, asked = (
            one.replace("bao.example", "moi.example") for one in (look.key, look.url, look.requested_url)
        )
        return replace(look, key=key, url=url, requested_url=asked)

    @property
    def history(self) -> History:
        return derive(in_time(self.looks, self.pictures), MOVED)


def told(facts: Facts) -> list[tuple[str, list[str]]]:
    """Of each article, where it lives and what its versions changed."""
    return [(one.primary, [", ".join(v.changed) for v in versions_of(one).all]) for one in facts.history.articles]


def test_the_same_path_is_the_same_article_and_an_edit_one_edit() -> None:
    facts = Moving()
    facts.page("tin/cau", story())
    facts.there("tin/cau", story(edit="Thêm một câu.")).there("tin/cau", story(edit="Thêm một câu."))
    assert told(facts) == [("moi.example/tin/cau", ["", "body"])]
    assert not facts.history.articles[0].is_gone


def test_another_path_with_the_same_number_is_the_same_article() -> None:
    facts = Moving()
    facts.page("tin/cau-238131.htm", story())
    facts.there("xa-hoi/238131/cau-moi", story(headline="Cầu mới đã qua sông"))
    assert told(facts) == [("moi.example/xa-hoi/238131/cau-moi", ["", "headline"])]


def test_the_same_words_under_another_address_are_the_same_article() -> None:
    facts = Moving()
    facts.page("tin/cau.htm", story())
    facts.there("p/x", story())
    assert [len(told(facts)), told(facts)[0][1]] == [1, [""]]


@pytest.mark.parametrize("key", ["tin/cau-238131.htm", "xa-hoi/238131/che"])
def test_the_same_place_with_another_article_is_another_one(key: str) -> None:
    facts = Moving()
    facts.page("tin/cau-238131.htm", story())
    facts.there(key, story("chè"))
    assert [versions for _, versions in told(facts)] == [[""], [""]]


def test_the_former_domain_that_dies_later_buries_nobody() -> None:
    facts = Moving()
    facts.page("tin/cau", story())
    facts.there("tin/cau", story())
    facts.gone("tin/cau")
    assert told(facts) == [("moi.example/tin/cau", [""])]
    assert not facts.history.articles[0].is_gone


def test_what_the_former_domain_shows_still_is_no_edit() -> None:
    facts = Moving()
    facts.page("tin/cau", story())
    facts.there("tin/cau", story(edit="Thêm một câu."))
    facts.page("tin/cau", story()).page("tin/cau", story())
    assert told(facts) == [("moi.example/tin/cau", ["", "body"])]


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("bao.vn/tin/a", "moi.vn/tin/a", True),
        ("bao.vn/tin/a-238131.htm", "moi.vn/b/238131", True),
        ("bao.vn/x?id=238131", "moi.vn/b-238131.html", True),
        ("bao.vn/tin/a", "moi.vn/tin/b", False),
        ("bao.vn/tin/a", "m.bao.vn/tin/a", False),
        ("bao.vn/tin/a", "bao.vn/tin/a", False),
        ("bao.vn", "moi.vn", False),
        ("bao.vn/a-1234.htm", "moi.vn/b-1234.htm", False),
        ("bao.vn/a-238131.htm", "moi.vn/b-2381310.htm", False),
    ],
)
def test_which_addresses_may_be_one(one: str, other: str, may: bool) -> None:
    assert (may_have_moved(one, other), may_have_moved(other, one)) == (may, may)


def test_the_number_of_an_address() -> None:
    assert number_in("bao.vn/2026/05/18/20260518/tin-238131.htm") == "238131"
    assert number_in("127001.vn/tin/2026") is None
