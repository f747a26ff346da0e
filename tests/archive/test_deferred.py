"""What a run leaves aside that asks for nothing older than a day, and how it comes back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlite_utils import Database

from archive import Link, Run, start_run
from archive.frontier import dequeue, url_queue
from archive.frontier.dequeue import pass_over, relist, set_since
from archive.model.records import FoundIn
from archive.model.urls import url_key
from archive.storage import connection
from tests.support import NOON, PAPER, Shoot, page, visit

HOME, LIST, SITEMAP = (f"https://bao.example/{path}" for path in ("", "tin", "sitemap.xml"))
SINCE = NOON - timedelta(days=10)
NEWER, OLDER = NOON - timedelta(days=1), NOON - timedelta(days=100)


@pytest.fixture
def since(db: Database, run: Run) -> Run:
    return set_since(db, run, SINCE)


def at(path: str) -> str:
    return f"https://bao.example/{path}"


def note(db: Database, run: Run, on: str, *links: Link) -> None:
    with connection.transaction(db):
        url_queue.note_links(db, run, on, links, NOON)


def link(path: str, found_in: FoundIn = "page", **said: datetime) -> Link:
    return Link(at(path), found_in, said.get("lastmod"), said.get("published"))


def taken(db: Database, run: Run) -> list[str]:
    """The paths of what a run takes next."""
    return sorted(url.removeprefix(at("")) for url in dequeue.due(db, run, NOON, 100))


def read(db: Database, run: Run, shoot: Shoot, path: str, published: datetime | None, *links: str) -> None:
    """An article is fetched and read."""
    visit(db, run, shoot(at(path), page(f"Tin {path}", body=f"Bài {path} của báo.", dated=published)), *map(at, links))


@pytest.mark.parametrize("found_in", ["sitemap", "feed", "sitemap-index"])
def test_what_is_said_to_be_older_is_left_aside(db: Database, since: Run, found_in: FoundIn) -> None:
    note(
        db, since, SITEMAP, link("a", found_in, lastmod=OLDER), link("b", found_in, lastmod=NEWER), link("c", found_in),
        link("d", found_in, lastmod=SINCE),
    )  # fmt: skip
    assert taken(db, since) == ["b", "c", "d"]


def test_the_time_of_publication_counts_before_that_of_an_edit(db: Database, since: Run) -> None:
    note(
        db, since, SITEMAP, link("a", "sitemap", lastmod=NEWER, published=OLDER),
        link("b", "sitemap", lastmod=NEWER, published=NEWER),
    )  # fmt: skip
    assert taken(db, since) == ["b"]


def test_a_run_without_a_day_takes_all(db: Database, run: Run) -> None:
    note(db, run, SITEMAP, link("a", "sitemap", lastmod=OLDER), link("b", "sitemap", lastmod=NEWER))
    assert taken(db, run) == ["a", "b"]


def test_what_only_an_older_article_links_to_is_left_aside(db: Database, since: Run, shoot: Shoot) -> None:
    note(db, since, HOME, link("moi-1.htm"), link("cu-2.htm"))
    assert taken(db, since) == ["cu-2.htm", "moi-1.htm"], "nobody knows yet how old they are"
    read(db, since, shoot, "moi-1.htm", NEWER, "lien-quan-3.htm")
    read(db, since, shoot, "cu-2.htm", OLDER, "rat-cu-4.htm")
    assert taken(db, since) == ["lien-quan-3.htm"]


PAGE_2, PAGE_3 = "tin?page=2", "tin?page=3"


def turned(db: Database, run: Run, page_url: str, onward: str, *articles: str) -> None:
    note(db, run, at(page_url), *map(link, articles), link(onward, "pagination"))


def test_a_list_is_turned_until_all_on_a_page_is_older(db: Database, since: Run, shoot: Shoot) -> None:
    note(db, since, HOME, link("tin"))
    assert taken(db, since) == ["tin"]
    visit(db, since, shoot(LIST, "<p>danh sách</p>"))
    turned(db, since, "tin", PAGE_2, "a-1.htm", "b-2.htm")
    assert taken(db, since) == ["a-1.htm", "b-2.htm"]
    assert taken(db, since) == [], "page 2 waits for what page 1 turns out to be"
    read(db, since, shoot, "a-1.htm", OLDER)
    assert taken(db, since) == [], "for all of it"
    read(db, since, shoot, "b-2.htm", NEWER)
    assert taken(db, since) == [PAGE_2]
    visit(db, since, shoot(at(PAGE_2), "<p>danh sách</p>"))
    turned(db, since, PAGE_2, PAGE_3, "c-3.htm", "d-4.htm")
    assert taken(db, since) == ["c-3.htm", "d-4.htm"]
    read(db, since, shoot, "c-3.htm", OLDER)
    read(db, since, shoot, "d-4.htm", OLDER)
    assert taken(db, since) == [], "page 2 brought nothing but older articles"


def test_pages_that_are_found_together_are_turned_one_after_the_other(db: Database, since: Run, shoot: Shoot) -> None:
    numbers = [f"tin?page={number}" for number in (2, 3, 4, 60)]
    note(db, since, LIST, link("a-1.htm"), *(link(one, "pagination") for one in numbers))
    assert taken(db, since) == ["a-1.htm"]
    read(db, since, shoot, "a-1.htm", NEWER)
    assert taken(db, since) == ["tin?page=2"]
    assert taken(db, since) == [], "while page 2 is under way"
    visit(db, since, shoot(at("tin?page=2"), "<p>danh sách</p>"))
    note(db, since, at("tin?page=2"), link("b-2.htm"), link("tin?page=5", "pagination"))
    assert taken(db, since) == ["b-2.htm"]
    read(db, since, shoot, "b-2.htm", OLDER)
    assert taken(db, since) == []
    aside = db.execute("SELECT count(*) FROM frontier WHERE rank = 4").fetchone()
    assert aside == (4,), "3, 4, 5 and the last"


def test_an_article_without_a_date_is_not_older(db: Database, since: Run, shoot: Shoot) -> None:
    turned(db, since, "tin", PAGE_2, "a-1.htm", "b-2.htm")
    assert taken(db, since) == ["a-1.htm", "b-2.htm"]
    read(db, since, shoot, "a-1.htm", OLDER)
    read(db, since, shoot, "b-2.htm", None)
    assert taken(db, since) == [PAGE_2]


def test_a_page_that_fails_keeps_no_list_waiting(db: Database, since: Run, shoot: Shoot) -> None:
    turned(db, since, "tin", PAGE_2, "a-1.htm", "b-2.htm")
    assert taken(db, since) == ["a-1.htm", "b-2.htm"]
    read(db, since, shoot, "a-1.htm", NEWER)
    url_queue.give_up(db, since, at("b-2.htm"), NOON)
    assert taken(db, since) == [PAGE_2]


def test_what_is_not_asked_for_after_all_keeps_no_list_waiting(db: Database, since: Run, shoot: Shoot) -> None:
    turned(db, since, "tin", PAGE_2, "a-1.htm", "lich/2026/5")
    assert taken(db, since) == ["a-1.htm", "lich/2026/5"]
    read(db, since, shoot, "a-1.htm", NEWER)
    assert taken(db, since) == []
    with connection.transaction(db):
        pass_over(db, since, [url_key(at("lich/2026/5"))])
    assert taken(db, since) == [PAGE_2]


def test_a_list_of_what_a_sitemap_has_said_is_older_is_not_turned(db: Database, since: Run) -> None:
    menu = [link("muc-1"), link("muc-2"), link("muc-3")]
    note(db, since, SITEMAP, *menu, *(link(f"cu-{n}.htm", "sitemap", lastmod=OLDER) for n in range(4)))
    assert taken(db, since) == ["muc-1", "muc-2", "muc-3"]
    turned(db, since, "tin", PAGE_2, "muc-1", "muc-2", "muc-3", "cu-0.htm", "cu-1.htm")
    turned(db, since, "tin-khac", PAGE_3, "muc-1", "muc-2", "muc-3", "cu-0.htm", "moi-5.htm")
    assert taken(db, since) == ["moi-5.htm"]
    assert taken(db, since) == [], "one list leads back; the other has something new, which is under way"


def sitemap_of_three(db: Database, run: Run) -> None:
    note(
        db, run, SITEMAP, link("a", "sitemap", lastmod=OLDER), link("b", "sitemap", lastmod=NOON - timedelta(days=50)),
        link("c", "sitemap", lastmod=NEWER),
    )  # fmt: skip


def test_what_is_aside_stays_so_in_runs_without_a_day(db: Database, since: Run) -> None:
    sitemap_of_three(db, since)
    assert taken(db, start_run(db, PAPER, {}, NOON)) == ["c"]


def test_an_earlier_day_brings_back_what_is_newer_than_that(db: Database, since: Run) -> None:
    sitemap_of_three(db, since)
    later = set_since(db, start_run(db, PAPER, {}, NOON), NOON - timedelta(days=60))
    assert sorted(taken(db, later)) == ["b", "c"]


def test_a_full_run_brings_everything_back(db: Database, since: Run) -> None:
    sitemap_of_three(db, since)
    later = start_run(db, PAPER, {}, NOON)
    relist(db, later, NOON)
    assert sorted(taken(db, later)) == ["a", "b", "c"]


def test_what_is_said_to_have_changed_since_comes_back_by_itself(db: Database, since: Run) -> None:
    sitemap_of_three(db, since)
    assert taken(db, since) == ["c"]
    note(db, since, SITEMAP, link("a", "sitemap", lastmod=SINCE - timedelta(days=1)))
    assert taken(db, since) == [], "still older"
    later = start_run(db, PAPER, {}, NOON)
    note(db, later, SITEMAP, link("b", "sitemap", lastmod=NEWER))
    assert taken(db, later) == ["b", "c"]


def test_a_full_run_walks_every_list_and_leaves_articles_to_their_time(db: Database, run: Run, shoot: Shoot) -> None:
    note(db, run, HOME, link("tin"), link(PAGE_2, "pagination"), link("a-1.htm"), link("tin-khac.xml", "sitemap-index"))
    assert len(taken(db, run)) == 4
    for path in ("tin", PAGE_2, "tin-khac.xml"):
        visit(db, run, shoot(at(path), "<p>danh sách</p>"), at(f"bai-cua-{len(path)}.htm"))
    read(db, run, shoot, "a-1.htm", NEWER)
    assert len(taken(db, run)) == 3, "what the lists had"
    later = start_run(db, PAPER, {}, NOON)
    assert not {"tin", PAGE_2, "tin-khac.xml"} & set(taken(db, later))
    full = start_run(db, PAPER, {}, NOON)
    relist(db, full, NOON)
    both = taken(db, full) + taken(db, full)
    assert {"tin", PAGE_2, "tin-khac.xml"} <= set(both) and "a-1.htm" not in both
