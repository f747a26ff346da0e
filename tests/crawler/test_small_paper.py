"""A paper of forty articles, crawled by cron every two hours: whatever it edits, takes away or moves is seen, though
nothing points to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.model import clock
from archive.storage.connection import open_archive
from tests.crawler.serving import served
from tests.crawler.small_paper import HOME, AtItsAddress, SmallPaper, Story, crawl_for_real, every

EDITED = tuple(range(15))  # each once, on the second or third day
GONE, MOVED = (20, 21, 22), (30, 31)


@pytest.fixture(autouse=True)
def own_clock(monkeypatch: pytest.MonkeyPatch, db: Database) -> Iterator[None]:
    """Time that was put forward comes back."""
    db.execute("PRAGMA synchronous = OFF")  # no power is cut here
    monkeypatch.setattr(clock, "_behind", timedelta())
    yield


def three_days() -> SmallPaper:
    stories = [Story(number, born=-24.0 * 9 * (number + 1) / 10) for number in range(40)]
    for number in EDITED:
        stories[number].edits = (25.3 + 2.9 * number,)
    for turn, number in enumerate(GONE):
        stories[number].gone = 30.5 + 11 * turn
    for number in MOVED:
        stories[number].moved, stories[number].redirects = 40.2, number == MOVED[0]
    stories += [Story(40 + number, born=20.0 + 12 * number) for number in range(4)]
    return SmallPaper(stories, clock.now())


def seen(db: Database) -> tuple[int, int, int, int]:
    """Edits, disappearances, articles, and addresses by which articles are known besides their own."""
    asked = [
        "versions WHERE number > 1",
        "articles WHERE gone_since IS NOT NULL",
        "articles",
        "aliases WHERE kind <> 'address' OR url_key NOT IN (SELECT url_key FROM articles)",
    ]
    edits, gone, articles, moved = (int(db.execute(f"SELECT count(*) FROM {rows}").fetchone()[0]) for rows in asked)
    return edits, gone, articles, moved


@pytest.mark.slow
def test_the_docs_crontab_sees_what_a_small_paper_does(db: Database) -> None:
    paper = three_days()
    every(2, 72, db, paper)
    assert seen(db) == (15, 3, 44, 2)


def test_no_article_is_asked_for_twice_within_an_hour_or_beyond_the_budget(db: Database) -> None:
    paper = three_days()
    every(1 / 4, 6, db, paper)
    asked = [(hour, url) for hour, url in paper.asked if "/tin/" in url]
    last: dict[str, float] = {}
    for hour, url in asked:
        assert hour - last.get(url, -9.0) > 0.9
        last[url] = hour
    assert max(Counter(url for _, url in asked).values()) >= 4
    assert len(asked) <= 24 * 74


def test_whoever_asks_for_what_is_due_alone_gets_that(db: Database) -> None:
    paper = three_days()
    every(2, 24, db, paper, recheck_mode="due")
    asked = Counter(url for _, url in paper.asked if "/tin/" in url)
    assert sum(asked.values()) < 2 * 42
    assert sum(url == HOME for _, url in paper.asked) == 13


@pytest.mark.slow
def test_a_paper_crawled_once_a_day_is_seen_whole_every_day(db: Database) -> None:
    paper = three_days()
    every(24, 24 * 5, db, paper)
    edits, gone, articles, _ = seen(db)
    assert (edits, gone, articles) == (15, 3, 44)
    asked = Counter(int(hour / 24) for hour, url in paper.asked if "don-mua" in url)
    assert all(asked[day] <= 60 for day in range(1, 6))


def kept_for_real(folder: Path, paper: SmallPaper, hours: float, until: float) -> None:
    """What cron does, over a wire."""
    with served(AtItsAddress(paper)) as site:
        while (hour := paper.hour()) <= until:
            done = crawl_for_real(folder, site.base_url)
            assert done.returncode in (0, 6), done.stderr  # 6: an article is gone
            clock.put_forward(clock._behind + timedelta(hours=hours - (paper.hour() - hour)))


def twenty_six_days() -> SmallPaper:
    """Twelve edits, two of them of one day, and none at the hour of a run; three disappearances; two moves."""
    stories = [Story(number, born=-24.0 * 9 * (number + 1)) for number in range(40)]
    for number in range(12):
        stories[3 * number].edits = (24.0 * (2 * number + 1) + 5.7,)
    for number, day in ((1, 4), (4, 12), (7, 20)):
        stories[number].gone = 24.0 * day + 9.1
    for number in MOVED:
        stories[number].moved, stories[number].redirects = 24.0 * 9 + 3.3, number == MOVED[0]
    return SmallPaper(stories, clock.now())


@pytest.mark.slow
def test_crawled_for_real_every_two_hours(tmp_path: Path) -> None:
    paper = three_days()
    kept_for_real(tmp_path, paper, 2, 72)
    with open_archive(tmp_path / "luubao.db") as kept:
        assert seen(kept) == (15, 3, 44, 2)


@pytest.mark.slow
def test_crawled_for_real_once_a_day(tmp_path: Path) -> None:
    paper = twenty_six_days()
    kept_for_real(tmp_path, paper, 24, 24 * 26)
    with open_archive(tmp_path / "luubao.db") as kept:
        assert seen(kept) == (12, 3, 40, 2)
