"""The limits of the frontier: who is noted where there is no room, and that the rest comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from archive import Link, Run, transaction
from archive.frontier.article_probability import note_kind
from archive.frontier.capacity import left_out, name_again
from archive.frontier.dequeue import due
from archive.frontier.url_queue import links_are_noted, note_links, reschedule, seed
from archive.model.records import FoundIn, Limits
from tests.support import NOON

HOME = "https://bao.example/"
FRONT = "bao.example"


def limited(run: Run, **limits: int) -> Run:
    return replace(run, limits=Limits(**limits))


def note(db: Database, run: Run, urls: Sequence[str], found_in: FoundIn = "page", on: str = HOME) -> list[str]:
    """Returns those that are queued."""
    before = {url for (url,) in db.execute("SELECT url FROM frontier").fetchall()}
    with transaction(db):
        note_links(db, run, on, [Link(url, found_in) for url in urls], NOON)
    queued = {url for (url,) in db.execute("SELECT url FROM frontier").fetchall()} - before
    return [url for url in urls if url in queued]


def pages(name: str, count: int) -> list[str]:
    return [f"{HOME}{name}/{number}.htm" for number in range(count)]


def waiting(db: Database) -> list[str]:
    rows = db.execute("SELECT url FROM frontier WHERE rank = 1 ORDER BY url").fetchall()
    return [row[0] for row in rows]


def teach(db: Database, run: Run, name: str, kind: Any) -> None:
    """Thirty pages of that kind were read."""
    with transaction(db):
        for number in range(1000, 1030):
            note_kind(db, run, f"{HOME}{name}/{number}.htm", kind)


@pytest.fixture
def home(db: Database, run: Run) -> Run:
    seed(db, run, [HOME], NOON)
    return run


def test_pages_may_take_a_tenth_and_sitemaps_the_rest(db: Database, home: Run) -> None:
    run = limited(home, waiting=100)
    assert len(note(db, run, pages("t", 50))) == 10
    assert len(note(db, run, pages("s", 200), "sitemap")) == 90
    assert left_out(db, run)["waiting"] == 40 + 110
    assert len(waiting(db)) == 100


def test_what_is_known_needs_no_room(db: Database, home: Run) -> None:
    run = limited(home, waiting=100)
    note(db, run, pages("t", 10))
    assert note(db, run, pages("t", 10)) == []
    assert left_out(db, run)["waiting"] == 0


def test_likely_articles_come_first(db: Database, home: Run) -> None:
    teach(db, home, "tin", "article")
    teach(db, home, "loc", "other")
    run = limited(home, waiting=100)
    noted = note(db, run, [*pages("loc", 30), *pages("tin", 8)])
    assert set(pages("tin", 8)) <= set(noted) and len(noted) == 10


def test_likely_articles_take_the_place_of_others(db: Database, home: Run) -> None:
    teach(db, home, "tin", "article")
    teach(db, home, "loc", "other")
    run = limited(home, waiting=100)
    note(db, run, pages("loc", 30))
    assert set(note(db, run, pages("tin", 6))) == set(pages("tin", 6))
    assert len(waiting(db)) == 10 and set(pages("tin", 6)) <= set(waiting(db))


def test_a_trap_that_looks_like_nothing_known_crowds_out_no_likely_article(db: Database, home: Run) -> None:
    teach(db, home, "tin", "article")
    run = limited(home, waiting=100)
    for turn in range(20):
        note(db, run, pages(f"bay-{turn}", 500))
    assert set(note(db, run, pages("tin", 10))) == set(pages("tin", 10))


def test_an_equal_takes_nobody_s_place(db: Database, home: Run) -> None:
    run = limited(home, waiting=100)
    first = note(db, run, pages("a", 10))
    assert note(db, run, pages("a/b", 0) + [f"{HOME}a/{n}.htm" for n in range(50, 60)]) == []
    assert waiting(db) == sorted(first)


def test_what_this_run_has_taken_stays(db: Database, home: Run) -> None:
    teach(db, home, "tin", "article")
    teach(db, home, "loc", "other")
    run = limited(home, waiting=50)
    taken = note(db, run, pages("loc", 5))
    assert set(due(db, run, NOON, 50)) | set(due(db, run, NOON, 50)) >= set(taken)
    note(db, run, pages("tin", 5))
    assert set(taken) <= set(waiting(db))


def test_the_page_that_names_what_was_left_out_is_read_again_within_a_day(db: Database, home: Run) -> None:
    with transaction(db):
        reschedule(db, home, FRONT, NOON, fresh=3, kind="list", links_of=7)
        assert links_are_noted(db, home, FRONT, 7)
        name_again(db, home, FRONT, NOON)
    assert not links_are_noted(db, home, FRONT, 7)
    (moment,) = db.execute("SELECT due_at FROM frontier WHERE url_key = ?", [FRONT]).fetchone()
    assert moment <= "2026-05-21T12:00:00Z"


def test_whoever_loses_a_place_is_named_again_by_its_page(db: Database, home: Run) -> None:
    teach(db, home, "tin", "article")
    teach(db, home, "loc", "other")
    run = limited(home, waiting=50)
    note(db, run, pages("loc", 5))
    with transaction(db):
        reschedule(db, run, FRONT, NOON, fresh=5, kind="list", links_of=7)
    other = f"{HOME}muc.htm"
    note(db, run, pages("tin", 5), on=other)
    assert not links_are_noted(db, run, FRONT, 7)


def chain(db: Database, run: Run, found_in: FoundIn, length: int) -> list[str]:
    """Sitemaps, each named by the one before it."""
    on, noted = HOME, []
    for number in range(length):
        url = f"{HOME}sm-{number}.xml"
        if not note(db, run, [url], found_in, on):
            break
        noted.append(url)
        on = url
    return noted


def test_sitemaps_that_name_one_another_end(db: Database, home: Run) -> None:
    assert len(chain(db, limited(home, sitemap_depth=3), "sitemap-index", 10)) == 3
    assert left_out(db, home)["depth"] == 1


def test_articles_of_the_deepest_sitemap_are_noted(db: Database, home: Run) -> None:
    run = limited(home, sitemap_depth=3)
    chain(db, run, "sitemap-index", 3)
    assert len(note(db, run, pages("tin", 5), "sitemap", f"{HOME}sm-2.xml")) == 5


def test_sitemaps_of_addresses_that_are_sitemaps_end_too(db: Database, home: Run) -> None:
    assert len(chain(db, limited(home, sitemap_depth=3), "sitemap", 10)) == 4


def asked(db: Database, run: Run) -> list[str]:
    found: list[str] = []
    while batch := due(db, run, NOON + timedelta(hours=1), 50):
        found += batch
    return found


def test_a_run_asks_for_so_many_new_sitemaps_and_a_later_one_for_the_others(db: Database, home: Run) -> None:
    run = limited(home, sitemaps=30)
    sitemaps = [f"{HOME}sitemap-{number}.xml" for number in range(70)]
    note(db, run, sitemaps, "sitemap-index")
    assert len([url for url in asked(db, run) if url in sitemaps]) == 30
    assert left_out(db, run)["sitemaps"] == 40
    later = replace(run, id=run.id + 1)
    db.execute(
        "INSERT INTO runs (id, outlet_id, started_at, software) VALUES (?, ?, ?, '{}')",
        [later.id, run.outlet_id, "2026-05-21T00:00:00Z"],
    )
    assert len([url for url in asked(db, later) if url in sitemaps]) == 30


def test_times_and_addresses_that_cannot_be_are_no_reason_to_fail(db: Database, home: Run) -> None:
    from datetime import datetime, timezone

    odd = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    links = [Link(f"{HOME}a.htm", "sitemap", odd, odd), Link("http://[::1/x"), Link("x" * 9000), Link(f"{HOME}b.htm\0")]
    with transaction(db):
        assert note_links(db, home, HOME, links, NOON).fresh == 1
    assert db.execute("SELECT url, lastmod FROM frontier WHERE rank = 1").fetchall() == [(f"{HOME}a.htm", None)]
