"""The same year with what is known kept in a real archive: the frontier and the habits in SQLite, as the crawler has them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from archive import Outlet, clock, open_archive, start_run
from archive.store.connection import transaction
from archive.store.habits import fade_habits, habits_of, learn_check, rechecks
from bench.newsroom import Article
from bench.year import Known, Learned, moment

_OUTLET = Outlet("bao", "Báo Tưởng Tượng", "https://bao.example/", ("bao.example",))


class Filed(Learned):
    """A year whose runs are rows of `runs`, and whose articles are rows of `frontier`."""

    def __init__(self, articles: list[Article], path: Path, *, rhythm: float = 1.0):
        super().__init__(articles, rhythm=rhythm)
        self._opened = open_archive(path, create=True)
        self.known: dict[str, Known] = {}

    def __enter__(self) -> Self:
        self.db: Database = self._opened.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, trace)

    def recall(self, at: float) -> None:
        self.run = start_run(self.db, _OUTLET, {}, moment(at))
        with transaction(self.db):
            fade_habits(self.db, self.run, moment(at))
        self.habits = habits_of(self.db, self.run.outlet_id)

    def take(self, run: int, at: float) -> list[Known]:
        return [self.known[key] for key, _ in rechecks(self.db, self.run, moment(at), self.asked)]

    def learn(self, one: Known, changed: bool, at: float) -> None:
        with transaction(self.db):
            learn_check(self.db, self.run, self.habits, one.state, changed, moment(at))

    def settle(self, one: Known, changed: bool, at: float) -> None:
        super().settle(one, changed, at)
        key = f"bao.example/{id(one.article)}"
        self.known[key] = one
        with transaction(self.db):
            self.db.execute(
                "INSERT INTO frontier (outlet_id, url_key, url, found_at, kind, checked_at, due_at, worth)"
                " VALUES (:outlet, :key, :key, :found, 'article', :checked, :due, :worth)"
                " ON CONFLICT DO UPDATE SET checked_at = :checked, due_at = :due, worth = :worth",
                {
                    "outlet": self.run.outlet_id, "key": key, "found": _stamp(one.state.found_at), "worth": one.worth,
                    "checked": _stamp(one.state.checked_at), "due": _stamp(moment(one.due)),
                },
            )  # fmt: skip

    def bury(self, one: Known) -> None:
        with transaction(self.db):
            self.db.execute("DELETE FROM frontier WHERE url_key = ?", [f"bao.example/{id(one.article)}"])


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else clock.stamp(at)
