"""`luubao crawl --since` and `--full` on the loopback newspaper, over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive.queries.lookup import articles
from archive.storage.connection import open_archive
from crawler.demo.newsroom_records import HANOI
from crawler.demo.section_addresses import GENERATED, SECTIONS
from crawler.demo.server import Newspaper, reachable_in
from tests.crawler.serving import crawl

EXTRA = 600
DAY = datetime(2026, 5, 2, tzinfo=HANOI)  # some 60 generated articles and all written ones are newer


@dataclass(frozen=True)
class Deep:
    """A paper, and an archive after a first crawl of it with --since. found: the paths of the articles in it; requests:
    what the crawl asked for."""

    paper: Newspaper
    path: Path
    found: set[str]
    requests: Counter[str]


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deep]:
    path = tmp_path_factory.mktemp("since") / "archive.db"
    with Newspaper(extra_articles=EXTRA) as paper:
        assert crawl(paper.base_url, path, "--no-pictures", "--since", f"{DAY:%Y-%m-%d}").code == 0
        yield Deep(paper, path, archived(path), asked(paper))


def divided(paper: Newspaper) -> tuple[set[str], set[str]]:
    """The paths of all that can be reached, newer than the day and older."""
    there = reachable_in(paper.edition)
    newer = {one.path for one in paper.published() if one.path in there and (one.published_at or DAY) >= DAY}
    return newer, set(there) - newer


def asked(paper: Newspaper, since: int = 0) -> Counter[str]:
    return Counter(request.path for request in paper.log[since:])


def archived(path: Path) -> set[str]:
    with open_archive(path) as db:
        return {urlsplit(one.url).path for one in articles(db)}


@pytest.mark.slow
def test_since_takes_all_that_is_newer_and_little_else(deep: Deep) -> None:
    newer, older = divided(deep.paper)
    assert len(newer) > 80 and len(older) > 400
    assert newer <= deep.found
    most = 20 * len(SECTIONS + GENERATED)
    assert len(deep.found & older) <= most, "a page of older articles tells that a list is to be turned no more"
    assert "/sitemaps/tin-2026-5.xml" in deep.requests
    assert "/sitemaps/tin-2026-4.xml.gz" not in deep.requests, "all of April is said to be older"
    assert set(deep.requests.values()) == {1}


@pytest.mark.slow
def test_what_is_aside_stays_so_until_a_full_run_walks_everything(deep: Deep) -> None:
    newer, older = divided(deep.paper)
    log = len(deep.paper.log)
    assert crawl(deep.paper.base_url, deep.path, "--no-pictures").code == 0
    assert archived(deep.path) == deep.found
    assert not set(asked(deep.paper, log)) & (older - deep.found)
    log = len(deep.paper.log)
    assert crawl(deep.paper.base_url, deep.path, "--no-pictures", "--full").code == 0
    assert archived(deep.path) == newer | older, "everything that can be reached"
    requests = asked(deep.paper, log)
    walked = {one.path for one in SECTIONS + GENERATED} | {"/sitemap.xml", "/sitemaps/tin-2026-5.xml", "/rss.html"}
    assert walked <= set(requests), "lists and sitemaps already known are walked again"
    assert set(requests.values()) == {1}


def test_a_day_that_is_no_day_is_told(tmp_path: Path) -> None:
    for day, said in (("gestern", "is no day"), ("2099-01-01", "is still to come")):
        told = crawl("http://127.0.0.1:9/", tmp_path / "a.db", "--since", day)
        assert told.code == 2 and said in told.told
