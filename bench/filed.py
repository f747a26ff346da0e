"""The same year with all that is known kept in a real archive: runs, articles, frontier and habits in SQLite, through the
functions the crawler calls."""

from __future__ import annotations

from sqlite_utils import Database

from archive import Outlet, start_run
from archive.frontier.change_rate_store import rechecks
from archive.frontier.schedule import State
from archive.frontier.url_queue import reschedule
from archive.model import clock
from archive.storage.connection import transaction
from bench.newsroom import Article
from bench.year import BEGIN, Known, Learned, moment

_OUTLET = Outlet("bao", "Báo Tưởng Tượng", "https://bao.example/", ("bao.example",))
_UNUSED = State("article", BEGIN)  # the archive has it


class Filed(Learned):
    """A year whose runs are rows of `runs`, and whose articles are rows of `articles` and `frontier`."""

    def __init__(self, articles: list[Article], db: Database, *, asked: int | None = None, rhythm: float = 1.0):
        super().__init__(articles, asked=asked, rhythm=rhythm)
        self.db = db
        self.known: dict[str, Known] = {}

    def recall(self, at: float) -> None:
        self.run = start_run(self.db, _OUTLET, {}, moment(at))

    def meet(self, article: Article, at: float) -> None:
        if article.gone is not None and article.gone <= at:
            return
        key = f"bao.example/{len(self.known)}"
        self.known[key] = Known(article, _UNUSED, article.state(at), at, key=key)
        with transaction(self.db):
            self._enter(key, moment(article.published).isoformat() if article.dated else None, clock.stamp(moment(at)))
        self._file_pending(key, False, at)

    def _enter(self, key: str, published: str | None, moment: str) -> None:
        self.db.execute(
            "INSERT INTO articles (outlet_id, headline, url, url_key, published_at, first_seen_at, changed_at,"
            " last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [self.run.outlet_id, key, key, key, published, moment, moment, moment],
        )
        self.db.execute(
            "INSERT INTO frontier (outlet_id, url_key, url, found_at, due_at) VALUES (?, ?, ?, ?, ?)",
            [self.run.outlet_id, key, key, moment, moment],
        )

    def take(self, run: int, at: float) -> list[Known]:
        return [self.known[url] for url in rechecks(self.db, self.run, moment(at), self.asked)]

    def look(self, one: Known, moment: float) -> None:
        now, gone = self.seen.look(one.article, one.shown, one.last, moment)
        changed = one.misread(moment) or now != one.shown
        one.shown, one.last = now, moment
        self._file_pending(one.key, changed or gone, moment)
        if gone:  # whether it comes back is not asked
            with transaction(self.db):
                self.db.execute("DELETE FROM frontier WHERE url_key = ?", [one.key])

    def _file_pending(self, key: str, news: bool, at: float) -> None:
        with transaction(self.db):
            reschedule(self.db, self.run, key, moment(at), news=news, kind="article")
