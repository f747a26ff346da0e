"""Making the archive say what its captures say in order of time, after they were told anew in memory.

A version keeps its id as long as the capture it was first seen in shows the same state as before, also when older
captures show that state earlier, or other states come before it. What changes is its number and when it was first
seen; what it was before is written into `renumberings`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from archive import clock
from archive.store.file import extractor_id
from archive.store.kin import Kin
from archive.store.retold import Retold, Shown, State
from archive.store.reworded import put_state, refresh_comparisons, remove_version

_PARKED = 1_000_000
_ARTICLE = [
    "headline",
    "url",
    "byline",
    "section",
    "published_at",
    "version_count",
    "first_seen_at",
    "changed_at",
    "last_seen_at",
    "gone_since",
    "gone_reason",
    "url_key",
]


@dataclass(slots=True)
class Counts:
    """What a rebuilding came to: versions opened, renumbered and taken out."""

    opened: int = 0
    renumbered: int = 0
    removed: int = 0

    def add(self, other: Counts) -> None:
        """Sums them up."""
        self.opened += other.opened
        self.renumbered += other.renumbered
        self.removed += other.removed


@dataclass(slots=True)
class _Plan:
    """Which rows of the archive those in memory become. versions, articles: number in memory -> number here."""

    old: dict[int, dict[str, Any]]
    versions: dict[int, int] = field(default_factory=dict)
    articles: dict[int, int] = field(default_factory=dict)


def reconcile(
    db: Database, outlet_id: int, kin: Kin, retold: Retold, extractor: str, at: datetime, quiet_run: int | None
) -> Counts:
    """Writes the retold articles over those of kin. quiet_run: a run under way, of whose own versions nobody can have
    quoted a number. Call inside a transaction."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    states, shown = retold.states(), retold.shown()
    plan = _match(db, kin, states, shown)
    _open(db, kin, plan)
    _put_articles(db, outlet_id, retold, plan)
    number = extractor_id(db, extractor, at)
    for state in states:
        former = plan.old.get(plan.versions.get(state.id, 0))
        plan.versions[state.id] = put_state(db, retold, state, plan.articles, plan.versions, former, number)
    _settle_articles(db, retold, plan)
    _put_readings(db, shown, retold.unread, plan.versions, number)
    counts = _note(db, plan, states, at, quiet_run)
    _clear(db, kin, plan)
    _put_aliases(db, outlet_id, retold, plan)
    _put_tombstones(db, retold, plan)
    for article_id in plan.articles.values():
        refresh_comparisons(db, article_id)
    db.execute("DELETE FROM rebuilding")
    return counts


def _match(db: Database, kin: Kin, states: list[State], shown: list[Shown]) -> _Plan:
    marks = ", ".join("?" * len(kin.articles))
    rows = db.query(f"SELECT * FROM versions WHERE article_id IN ({marks}) ORDER BY number", list(kin.articles))
    plan = _Plan({row["id"]: row for row in rows})
    first = {state.capture_id: state.id for state in states if state.words_of is None}
    later = {one.past.id: one.version_id for one in shown if one.version_id is not None}
    taken: set[int] = set()
    for known in (first, later):
        for row in plan.old.values():
            state_id = known.get(row["capture_id"]) if row["words_of"] is None else None
            if state_id is not None and state_id not in plan.versions and row["id"] not in taken:
                plan.versions[state_id] = row["id"]
                taken.add(row["id"])
    _match_pictures(plan, states)
    _match_articles(plan, states)
    return plan


def _match_pictures(plan: _Plan, states: list[State]) -> None:
    """A version that a replaced picture opened is known by its moment, and by whose words it shares."""
    open_ones = {
        (row["first_seen_at"], row["words_of"]): row["id"] for row in plan.old.values() if row["words_of"] is not None
    }
    for state in states:
        if state.words_of is not None:
            found = open_ones.get((state.row["first_seen_at"], plan.versions.get(state.words_of)))
            if found is not None:
                plan.versions[state.id] = found


def _match_articles(plan: _Plan, states: list[State]) -> None:
    """An article keeps the number of that of which it has the most versions."""
    votes: Counter[tuple[int, int]] = Counter()
    for state in states:
        if (former := plan.versions.get(state.id)) is not None:
            votes[state.article_id, plan.old[former]["article_id"]] += 1
    for (told, known), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0][1], item[0][0])):
        if told not in plan.articles and known not in plan.articles.values():
            plan.articles[told] = known


def _open(db: Database, kin: Kin, plan: _Plan) -> None:
    """Opens the guards, and moves numbers and addresses out of the way."""
    for article_id in kin.articles:
        db.execute("INSERT INTO rebuilding (article_id) VALUES (?)", [article_id])
        db.execute("UPDATE articles SET url_key = '~' || id WHERE id = ?", [article_id])
        db.execute(f"UPDATE versions SET number = number + {_PARKED} WHERE article_id = ?", [article_id])
    for version_id in plan.old:
        db.execute("DELETE FROM successors WHERE version_id = ?1 OR next_id = ?1", [version_id])


def _put_articles(db: Database, outlet_id: int, retold: Retold, plan: _Plan) -> None:
    """Articles that were not there before get a row; what it says is settled when their versions are there."""
    for row in retold.rows("articles"):
        if row["id"] in plan.articles:
            continue
        columns = {name: row[name] for name in _ARTICLE} | {"outlet_id": outlet_id, "published_at": None}
        columns["url_key"] = f"~new {row['id']}"
        cursor = db.execute(
            f"INSERT INTO articles ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            list(columns.values()),
        )
        plan.articles[row["id"]] = int(cursor.lastrowid or 0)
        db.execute("INSERT INTO rebuilding (article_id) VALUES (?)", [cursor.lastrowid])


def _settle_articles(db: Database, retold: Retold, plan: _Plan) -> None:
    for row in retold.rows("articles"):
        columns = {name: row[name] for name in _ARTICLE}
        columns["current_version_id"] = plan.versions[row["current_version_id"]]
        columns["moved_to_id"] = plan.articles.get(row["moved_to_id"])
        settings = ", ".join(f"{name} = ?" for name in columns)
        db.execute(f"UPDATE articles SET {settings} WHERE id = ?", [*columns.values(), plan.articles[row["id"]]])


def _put_readings(
    db: Database, shown: Iterable[Shown], unread: frozenset[int], versions: Mapping[int, int], extractor: int
) -> None:
    """What each capture shows. One that confirms another's bytes is written down only where it shows something else."""
    told = {one.past.id: one for one in shown}
    for number, one in told.items():
        version_id = versions[one.version_id] if one.version_id is not None else None
        db.execute(
            "UPDATE readings SET version_id = ? WHERE capture_id = ? AND version_id IS NOT NULL", [version_id, number]
        )
        if number in unread and one.kind is None:
            continue
        db.execute("DELETE FROM readings WHERE capture_id = ? AND extractor_id = ?", [number, extractor])
        root = told.get(one.past.revisit_of or 0)
        implied = root.version_id if root else None
        if one.own or one.version_id != implied or (one.past.outcome == "fresh" and one.kind):
            db.execute(
                "INSERT INTO readings (capture_id, extractor_id, kind, detail, version_id, rules)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [number, extractor, one.kind or "unconfirmed", one.detail, version_id, one.rules],
            )


def _note(db: Database, plan: _Plan, states: list[State], at: datetime, quiet_run: int | None) -> Counts:
    """Writes down what became of every version somebody may have quoted."""
    present = {plan.versions[state.id]: state for state in states}
    counts = Counts(opened=len(present.keys() - plan.old.keys()))
    for version_id, old in plan.old.items():
        state = present.get(version_id)
        number = state.number if state else None
        if state and (number, state.row["first_seen_at"]) == (old["number"], old["first_seen_at"]):
            continue
        (run_id,) = db.execute("SELECT run_id FROM captures WHERE id = ?", [old["capture_id"]]).fetchone()
        if run_id == quiet_run:
            continue
        counts.renumbered += state is not None
        counts.removed += state is None
        db.execute(
            "INSERT INTO renumberings (version_id, article_id, renumbered_at, old_number, new_number,"
            " old_first_seen_at, new_first_seen_at, old_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                version_id, old["article_id"], clock.stamp(at), old["number"], number, old["first_seen_at"],
                state.row["first_seen_at"] if state else None, old["digest"],
            ],
        )  # fmt: skip
    return counts


def _clear(db: Database, kin: Kin, plan: _Plan) -> None:
    """Takes out versions that are no states of their own in order of time, and articles that are parts of others."""
    for version_id in plan.old.keys() - set(plan.versions.values()):
        remove_version(db, version_id)
    for article_id in kin.articles:
        db.execute("DELETE FROM tombstones WHERE article_id = ?", [article_id])
        db.execute("DELETE FROM aliases WHERE article_id = ?", [article_id])
    for article_id in kin.articles - set(plan.articles.values()):
        # first without date and versions, so that the counts of months and credits follow
        db.execute("UPDATE articles SET published_at = NULL, current_version_id = NULL WHERE id = ?", [article_id])
        db.execute("DELETE FROM articles WHERE id = ?", [article_id])


def _put_aliases(db: Database, outlet_id: int, retold: Retold, plan: _Plan) -> None:
    for row in retold.rows("aliases"):
        db.execute(
            "INSERT INTO aliases (outlet_id, url_key, article_id, since, kind) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [outlet_id, row["url_key"], plan.articles[row["article_id"]], row["since"], row["kind"]],
        )


def _put_tombstones(db: Database, retold: Retold, plan: _Plan) -> None:
    for row in retold.rows("tombstones"):
        db.execute(
            "INSERT INTO tombstones (article_id, gone_at, reason, returned_at) VALUES (?, ?, ?, ?)",
            [plan.articles[row["article_id"]], row["gone_at"], row["reason"], row["returned_at"]],
        )
