"""Serves the paper on 127.0.0.1: a real HTTP/1.1 server in a thread.

For instance:

    with Newspaper(day=1) as paper:
        urlopen(paper.base_url)
        paper.turn_to(2)
        paper.log[-1].status
"""

from __future__ import annotations

from datetime import datetime
from random import Random
from threading import Lock, Thread
from types import TracebackType

from crawler.demo import words
from crawler.demo.edition import LIVE, Edition, edition
from crawler.demo.handler import Request, Server
from crawler.demo.manuscript import HANOI, date_of
from crawler.demo.newsroom_records import Published, Revision
from crawler.demo.page_furniture import RequestContext
from crawler.demo.paper import DAYS, truth
from crawler.demo.section_addresses import BY_SLUG, article_path
from crawler.demo.shelves import SCRIPTED, placement_of


def reachable(day: int, extra_articles: int = 0, added: int = 0) -> frozenset[str]:
    """The paths of the articles that are reachable on that day, written and generated ones."""
    return reachable_in(edition(day, extra_articles, added))


def reachable_in(today: Edition) -> frozenset[str]:
    """The paths of the articles that are reachable in an edition: all live written ones, and some generated ones."""
    written = (article_path(article) for article in today.articles if article.state in LIVE)
    generated = (article_path(today.generated(number)) for number in reachable_numbers(today))
    return frozenset((*written, *generated))


def reachable_numbers(today: Edition) -> list[int]:
    """The numbers of the reachable generated articles, newest first."""
    linked = _linked_numbers(today)
    reached: set[int] = set()
    for number in today.numbers:
        # the article before it, which comes first here, is the only one that links to it
        if number in linked or (placement_of(number).linked and number - 1 in reached):
            reached.add(number)
    return sorted(reached)


def _linked_numbers(today: Edition) -> set[int]:
    """The numbers of the articles in a list, a sitemap or a feed."""
    linked = {*today.monthly_numbers, *today.news_numbers, *today.feed_numbers("atom"), *today.feed_numbers("utf-16")}
    for slug, numbers in today.listed_numbers.items():
        linked.update(numbers[: today.size(BY_SLUG[slug])] if slug == SCRIPTED else numbers)
    return linked


__all__ = ["Newspaper", "Request"]


class Newspaper:
    """The running paper; a context manager.

    day: the day of the paper, see paper.DAYS. port: 0 takes a free one; host: of this machine. crawl_delay: seconds in
    robots.txt, 0 for no such line. extra_articles: the number of generated articles, older than the written ones; a
    paper with some has more kinds of sections, feeds and sitemaps, see shelves.py. edition: the current edition.
    """

    def __init__(
        self, day: int = 1, port: int = 0, crawl_delay: float = 0.0, extra_articles: int = 0, host: str = "127.0.0.1"
    ) -> None:
        self.crawl_delay = crawl_delay
        self.extra_articles = extra_articles
        self._host, self._port = host, port
        self._lock = Lock()
        self._log: list[Request] = []
        self._serial = 0
        self._added = 0
        self._revised: dict[int, Revision] = {}
        self._revisions = 0
        self.turn_to(day)

    def turn_to(self, day: int) -> None:
        """Serves the paper of another day from the next request on. Raises ValueError for a day that is not in DAYS."""
        if day not in DAYS:
            raise ValueError(f"the paper has the days {DAYS}, not {day}")
        self._day = day
        self._rebuild_edition()

    @property
    def day(self) -> int:
        return self._day

    def add(self, count: int) -> tuple[str, ...]:
        """Publishes `count` new generated articles; returns their paths, the newest first."""
        self._added += count
        self._rebuild_edition()
        return tuple(article_path(self.edition.generated(number)) for number in self.edition.numbers[:count])

    def revise(self, count: int, at: datetime | None = None) -> tuple[str, ...]:
        """Edits the text of `count` reachable generated articles; returns their paths. The same sequence of calls
        always chooses the same ones. at: the time of the edit; by default from the paper's own calendar. Raises
        ValueError where fewer are reachable."""
        self._revisions += 1
        chosen = Random(self._revisions).sample(reachable_numbers(self.edition), count)
        revision = Revision(self._revisions, at or words.usual_time(self._revisions))
        self._revised |= dict.fromkeys(chosen, revision)
        self._rebuild_edition()
        return tuple(article_path(self.edition.generated(number)) for number in sorted(chosen))

    def published(self) -> tuple[Published, ...]:
        """The expected data of every article in the current edition, see paper.published."""
        today = self.edition
        return truth(today.articles, (today.generated(number) for number in today.numbers))

    def _rebuild_edition(self) -> None:
        self.edition: Edition = edition(self._day, self.extra_articles, self._added, frozenset(self._revised.items()))

    @property
    def base_url(self) -> str:
        """Scheme and host, without a slash at the end."""
        return f"http://{self._host}:{self._server.server_address[1]}"

    @property
    def log(self) -> tuple[Request, ...]:
        """All requests answered so far, in order."""
        with self._lock:
            return tuple(self._log)

    def __enter__(self) -> Newspaper:
        self._server = Server((self._host, self._port), self)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="newspaper")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def visit(self, host: str | None) -> RequestContext:
        """The next request's view of the paper. host: the Host header of the request."""
        with self._lock:
            self._serial += 1
            serial = self._serial
        base = f"http://{host}" if host else self.base_url
        return RequestContext(self.edition, base, serial, _paper_time(self._day))

    def note(self, request: Request) -> None:
        """Adds a request to the log."""
        with self._lock:
            self._log.append(request)


def _paper_time(day: int) -> datetime:
    """The paper's date with the current time of day."""
    return datetime.combine(date_of(day).date(), datetime.now(HANOI).time(), HANOI)
