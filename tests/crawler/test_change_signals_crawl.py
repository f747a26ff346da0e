"""What lists, feeds and sitemaps show anyway makes an article due at once: in the run that sees it. Nothing here is spent
on articles that are not due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import pytest
from sqlite_utils import Database

from archive.model import clock
from archive.monitor.outlet_states import status
from tests.crawler.small_paper import HOME, SITEMAP, SmallPaper, Story, crawl, every

OLD = -24.0 * 200  # nothing of it is due for months


@pytest.fixture(autouse=True)
def own_clock(monkeypatch: pytest.MonkeyPatch, db: Database) -> Iterator[None]:
    """Time that was put forward comes back."""
    db.execute("PRAGMA synchronous = OFF")  # no power is cut here
    monkeypatch.setattr(clock, "_behind", timedelta())
    yield


def paper_of(**first: object) -> SmallPaper:
    """Twenty old articles, of which one does something."""
    stories = [Story(number, born=OLD - number) for number in range(20)]
    stories[7] = Story(7, born=OLD - 7, **first)  # type: ignore[arg-type]  # fields of Story
    return SmallPaper(stories, clock.now())


def looks(paper: SmallPaper, until: float) -> list[tuple[int, str]]:
    """The articles that were asked for after the first run, by the hour."""
    return [(round(hour), url.rsplit("-", 1)[1]) for hour, url in paper.asked if 1 < hour <= until and "don-mua" in url]


def test_a_headline_that_changed_on_a_list_is_looked_at_at_once(db: Database) -> None:
    paper = paper_of(retitled=(5.0,))
    every(2, 20, db, paper, recheck_mode="due")
    assert looks(paper, 20) == [(6, "1007.htm")]
    assert db.execute("SELECT count(*) FROM versions WHERE number = 2").fetchone() == (1,)


def test_a_picture_that_changed_on_a_list_is_looked_at_at_once(db: Database) -> None:
    paper = paper_of(edits=(5.0,))
    paper.pictured = lambda story, hour: f"lang-{story.number}{'-sua' * (story.number == 7 and hour > 5)}.jpg"
    every(2, 20, db, paper, recheck_mode="due")
    assert looks(paper, 20) == [(6, "1007.htm")]
    assert db.execute("SELECT count(*) FROM versions WHERE number = 2").fetchone() == (1,)


def test_sizes_and_placeholders_of_pictures_are_no_sign(db: Database) -> None:
    paper = paper_of()
    paper.pictured = lambda story, hour: (
        "cho-anh.jpg" if hour < 9 else f"lang-{story.number}-{300 + round(hour)}x200.jpg"
    )
    every(2, 20, db, paper, recheck_mode="due")
    assert looks(paper, 20) == []


def test_what_left_the_sitemap_before_its_turn_is_looked_at_at_once(db: Database) -> None:
    paper = paper_of(gone=5.0)
    every(2, 20, db, paper, recheck_mode="due")
    assert looks(paper, 20) == [(6, "1007.htm")]
    assert db.execute("SELECT count(*) FROM articles WHERE gone_since IS NOT NULL").fetchone() == (1,)


def test_words_under_a_new_address_lead_to_the_old_one(db: Database) -> None:
    paper = paper_of(moved=5.0)
    every(2, 20, db, paper, recheck_mode="due")
    assert sorted({url for _, url in paper.asked if "1007" in url}) == [
        "https://bao.example/moi/thon-don-mua-vang-1007.htm", "https://bao.example/tin/thon-don-mua-vang-1007.htm",
    ]  # fmt: skip
    assert db.execute("SELECT count(*), count(gone_since) FROM articles").fetchone() == (20, 0)
    (speaks,) = db.execute("SELECT url FROM articles WHERE url LIKE '%1007%'").fetchone()
    assert speaks.startswith("https://bao.example/moi/")


class OfMonths(SmallPaper):
    """A paper whose sitemap leads to others, one of them of articles that nothing else names any more."""

    OLD = f"{HOME}sitemap-2026-01.xml"

    def _lists(self, hour: float) -> Mapping[str, str]:
        lists = super()._lists(hour)
        return {
            HOME: lists[HOME],
            SITEMAP: f"<sitemapindex><sitemap><loc>{self.OLD}</loc></sitemap></sitemapindex>",
            self.OLD: lists[SITEMAP],
        }


def test_what_left_the_sitemap_of_a_month_long_over_is_missed_within_two_days(db: Database) -> None:
    stories = [Story(number, born=OLD - number) for number in range(40)]
    stories[27].gone = 24.0 * 30
    paper = OfMonths(stories, clock.now())
    every(12, 24 * 32.6, db, paper, recheck_mode="due")
    gone = [hour for hour, url in paper.asked if "1027" in url and hour > 24 * 30]
    assert len(gone) >= 1
    assert db.execute("SELECT count(*) FROM articles WHERE gone_since IS NOT NULL").fetchone() == (1,)
    assert 14 <= sum(url == paper.OLD for _, url in paper.asked) <= 20


def test_a_sitemap_that_is_gone_is_left_alone_as_any_dead_list(db: Database) -> None:
    paper = OfMonths([Story(number, born=OLD - number) for number in range(20)], clock.now())
    crawl(db, paper, "due")
    paper.OLD = f"{HOME}khac.xml"
    every(24, 24 * 40, db, paper, recheck_mode="due")
    assert 3 <= sum(url == OfMonths.OLD for _, url in paper.asked) <= 8


def half_by_turns(story: Story, hour: float) -> bool:
    return story.number % 2 == round(hour / 2) % 2


def turning_teasers(story: Story, hour: float) -> str:
    return f"{story.headline(hour)} {'abcdefghij'[round(hour) % 10] * 5}"


@pytest.mark.parametrize(
    "way",
    [
        {"mapped": half_by_turns},
        {"teased": turning_teasers},
        {"teased": lambda story, hour: f"Chuyện ở một thôn nọ {'abcdefghij'[story.number % 10] * 3}"},
    ],
    ids=["a sitemap that turns", "teasers that turn", "teasers that differ by design"],
)
def test_a_paper_s_own_ways_bring_no_flood(db: Database, way: dict[str, Callable[[Story, float], object]]) -> None:
    paper = SmallPaper([Story(n, born=OLD - n) for n in range(20)], clock.now(), **way)  # type: ignore[arg-type]  # fields of SmallPaper
    every(2, 40, db, paper, recheck_mode="due")
    assert len(looks(paper, 40)) <= 12
    assert db.execute("SELECT count(*), count(gone_since) FROM articles").fetchone() == (20, 0)


def ignored(db: Database) -> tuple[str, ...]:
    """What the status says of free signs."""
    (outlet,) = status(db, "bao.db", 0, clock.now()).outlets
    return outlet.ignored


def test_the_status_says_which_lists_turn(db: Database) -> None:
    paper = SmallPaper([Story(n, born=OLD - n) for n in range(20)], clock.now(), teased=turning_teasers)
    paper.mapped = half_by_turns
    every(7, 70, db, paper, recheck_mode="due")
    assert any(text.startswith("lists on which many headlines change at once") for text in ignored(db))
    assert any(text.startswith("sitemaps or feeds that name their articles by turns") for text in ignored(db))


def test_of_an_ordinary_paper_nothing_is_ignored(db: Database) -> None:
    stories = [Story(n, born=OLD - n) for n in range(20)] + [Story(20 + n, born=5.0 + 7 * n) for n in range(10)]
    stories[7].gone, stories[3].retitled = 20.0, (30.0,)
    every(10, 70, db, SmallPaper(stories, clock.now()), recheck_mode="due")
    assert ignored(db) == ()


@pytest.mark.parametrize("feed", [True, False], ids=["with a feed", "without feed or sitemap"])
def test_articles_without_dates_are_not_looked_at_again_and_again(db: Database, feed: bool) -> None:
    paper = SmallPaper([Story(n, born=OLD - n, dated=False) for n in range(20)], clock.now(), has_feed=feed)
    every(2, 40, db, paper, recheck_mode="due")
    assert db.execute("SELECT count(*), count(published_at) FROM articles").fetchone() == (20, 0)
    assert looks(paper, 40) == []


def test_signs_that_never_prove_true_are_not_believed_any_more(db: Database) -> None:
    """One article a run gets another teaser, and is not edited."""

    def two_words(story: Story, hour: float) -> str:
        return "Chuyện làng ta hôm nay " + ("khác" if round(hour / 2) > story.number else "cũ")

    paper = SmallPaper([Story(n, born=OLD - n) for n in range(20)], clock.now(), teased=two_words)
    every(2, 44, db, paper, recheck_mode="due")
    assert 4 <= len(looks(paper, 44)) <= 12
    assert any(text.startswith("headlines that change on lists (0 of") for text in ignored(db))


def test_without_feed_or_sitemap_lists_alone_are_signs(db: Database) -> None:
    paper = paper_of(retitled=(5.0,))
    paper.has_feed = False
    every(2, 20, db, paper, recheck_mode="due")
    assert looks(paper, 20) == [(6, "1007.htm")]


def test_a_first_crawl_is_no_sign(db: Database) -> None:
    paper = paper_of()
    session = crawl(db, paper, "due")
    assert session.counts["new"] == 20
    assert db.execute("SELECT count(*) FROM frontier WHERE sign IS NOT NULL").fetchone() == (0,)
