"""Writes a derived history into the archive: only the difference between the stored rows of a few articles and what
their captures show.

A version keeps its id as long as the capture it was first seen in shows the same state as before, even if older
captures show that state earlier, or other states precede it. Only its number and the time it was first seen change;
the table `renumberings` records the former ones, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.history import Article, Version, versions_of
from archive.model import clock
from archive.storage.connection import insert, rows_of, update
from archive.storage.histories.history_readings import (
    DerivedHistory,
    Plan,
    VersionRef,
    address_rows,
    article_row,
    put_readings,
    tombstone_rows,
)
from archive.storage.histories.history_versions import put_size, put_version, refresh_comparisons, remove_version
from archive.storage.picture_history import picture_numbers

_PARKING_OFFSET = 1_000_000


@dataclass
class Counts:
    """The result of rebuilding articles: versions opened, renumbered and removed, and articles that turned out to have
    disappeared."""

    opened: int = 0
    renumbered: int = 0
    removed: int = 0
    disappeared: int = 0

    def add(self, other: Counts) -> None:
        """Adds other counts to these."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


def write_history(db: Database, derivation: DerivedHistory) -> tuple[Counts, Plan]:
    """Replaces the stored history with the derived one. Call inside a transaction."""
    plan = match(db, derivation)
    moved = _start_rebuilding(db, derivation, plan)
    touched: set[VersionRef] = set()
    _insert_articles(db, derivation, plan)
    states = (state for article in derivation.history.articles for state in article.states)
    pictures = picture_numbers(db, (shown.digest for state in states for shown in state.pictures.values()))
    for ref, version in sorted(plan.derived.items(), key=lambda item: (item[1].words_of is not None, item[0])):
        words_of = plan.versions.get((ref[0], version.words_of - 1)) if version.words_of else None
        stored = plan.old.get(plan.versions.get(ref, 0))
        plan.versions[ref], changed = put_version(
            db, plan.articles[ref[0]], version, stored, words_of, derivation.extractor, pictures, moved=moved
        )
        if changed or moved:
            touched.add(ref)
    for ref in sorted(touched | {(number, index + 1) for number, index in touched}):
        before = plan.derived.get((ref[0], ref[1] - 1))
        if before and ref in plan.derived:
            put_size(db, plan.versions[ref], before, plan.derived[ref])
    for article in derivation.history.articles:
        _write_article(db, article, plan)
    words = {plan.versions[ref]: version.state.reading for ref, version in plan.derived.items()}
    put_readings(db, derivation, shown_versions(plan), words)
    counts = _record_renumberings(db, derivation, plan)
    _delete_unsupported(db, derivation, plan)
    _put_addresses(db, derivation, plan)
    counts.disappeared = _put_tombstones(db, derivation, plan)
    for article_id in plan.articles.values() if touched else ():
        if plan.old or len(plan.derived) > len(plan.articles):  # there are versions to compare with
            refresh_comparisons(db, article_id)
    db.execute("DELETE FROM rebuilding")
    return counts, plan


def match(db: Database, derivation: DerivedHistory) -> Plan:
    """Maps derived versions and articles to stored rows; reads only."""
    rows: Iterable[dict[str, Any]] = ()
    if derivation.related.articles:
        marks = ", ".join("?" * len(derivation.related.articles))
        query = f"SELECT * FROM versions WHERE article_id IN ({marks}) ORDER BY number"
        rows = rows_of(db, query, list(derivation.related.articles))
    plan = Plan({row["id"]: row for row in rows}, {}, {})
    for article in derivation.history.articles:
        versions = versions_of(article)
        plan.derived |= {(article.number, ref): version for ref, version in enumerate(versions.all)}
        for verdict in derivation.history.verdicts:
            if verdict.article == article.number and verdict.state_index is not None:
                plan.shown[verdict.capture.id] = (article.number, versions.shown[verdict.state_index])
    by_first_capture = {version.proof.id: ref for ref, version in plan.derived.items() if version.words_of is None}
    by_later_capture = {capture_id: _text_ref(plan, ref) for capture_id, ref in plan.shown.items()}
    matched: set[int] = set()
    for refs in (by_first_capture, by_later_capture):
        for row in plan.old.values():
            ref = refs.get(row["capture_id"]) if row["words_of"] is None else None
            if ref is not None and ref not in plan.versions and row["id"] not in matched:
                plan.versions[ref] = row["id"]
                matched.add(row["id"])
    _match_pictures(plan)
    _match_articles(plan)
    return plan


def _text_ref(plan: Plan, ref: VersionRef) -> VersionRef:
    """The version whose words this one shares, if only a replaced picture opened it; else itself."""
    words_of = plan.derived[ref].words_of
    return (ref[0], words_of - 1) if words_of else ref


def shown_versions(plan: Plan) -> dict[int, int]:
    """The version whose words each capture shows, by captures.id."""
    pairs = ((capture_id, plan.versions.get(_text_ref(plan, ref))) for capture_id, ref in plan.shown.items())
    return {capture_id: version_id for capture_id, version_id in pairs if version_id is not None}


def _match_pictures(plan: Plan) -> None:
    """Maps versions that a replaced picture opened, by opening time and the version whose words they share."""
    picture_versions = {
        (row["first_seen_at"], row["words_of"]): row["id"] for row in plan.old.values() if row["words_of"] is not None
    }
    for ref, version in plan.derived.items():
        if version.words_of is not None:
            version_id = picture_versions.get(
                (clock.stamp(version.first_seen), plan.versions.get(_text_ref(plan, ref)))
            )
            if version_id is not None:
                plan.versions[ref] = version_id


def _match_articles(plan: Plan) -> None:
    """Maps each derived article to the stored one with which it shares the most versions."""
    votes: Counter[tuple[int, int]] = Counter()
    for ref, version_id in plan.versions.items():
        votes[ref[0], plan.old[version_id]["article_id"]] += 1
    for (number, article_id), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0][1], item[0][0])):
        if number not in plan.articles and article_id not in plan.articles.values():
            plan.articles[number] = article_id


def _start_rebuilding(db: Database, derivation: DerivedHistory, plan: Plan) -> bool:
    """Disables the triggers' guards through `rebuilding`; where version numbers or addresses change, parks the stored
    ones at values that clash with none. Returns whether numbers change."""
    moved = _numbers_change(derivation, plan)
    if moved:  # only then do rows point to missing ones for a while: SQLite compiles all statements anew after a PRAGMA
        db.execute("PRAGMA defer_foreign_keys = ON")
    for article_id in derivation.related.articles:
        db.execute("INSERT INTO rebuilding (article_id) VALUES (?)", [article_id])
        if moved:
            db.execute(f"UPDATE versions SET number = number + {_PARKING_OFFSET} WHERE article_id = ?", [article_id])
    wanted = {plan.articles.get(article.number): article.primary for article in derivation.history.articles}
    for article_id in derivation.related.articles:
        (key,) = db.execute("SELECT url_key FROM articles WHERE id = ?", [article_id]).fetchone()
        if wanted.get(article_id) != key:
            db.execute("UPDATE articles SET url_key = '~' || id WHERE id = ?", [article_id])
    if moved:
        for version_id in plan.old:
            db.execute("DELETE FROM successors WHERE version_id = ?1 OR next_id = ?1", [version_id])
    return moved


def _numbers_change(derivation: DerivedHistory, plan: Plan) -> bool:
    kept = {version_id: ref for ref, version_id in plan.versions.items()}
    return any(
        version_id not in kept
        or plan.derived[kept[version_id]].number != old["number"]
        or plan.articles.get(kept[version_id][0]) != old["article_id"]
        for version_id, old in plan.old.items()
    )


def _insert_articles(db: Database, derivation: DerivedHistory, plan: Plan) -> None:
    """Inserts a row for each new article; `_write_article` completes it once its versions exist."""
    for article in derivation.history.articles:
        if article.number in plan.articles:
            continue
        row = article_row(article, plan) | {"outlet_id": derivation.outlet_id, "current_version_id": None}
        plan.articles[article.number] = insert(db, "articles", row)
        db.execute("INSERT INTO rebuilding (article_id) VALUES (?)", [plan.articles[article.number]])


def _write_article(db: Database, article: Article, plan: Plan) -> None:
    """Updates what has changed of its row: triggers count by some columns."""
    article_id, row = plan.articles[article.number], article_row(article, plan)
    stored = db.execute(f"SELECT {', '.join(row)} FROM articles WHERE id = ?", [article_id]).fetchone()
    changes = {name: value for (name, value), former in zip(row.items(), stored, strict=True) if value != former}
    update(db, "articles", article_id, changes)


def count_changes(derivation: DerivedHistory, plan: Plan) -> Counts:
    """The counts that writing would have."""
    kept = set(plan.versions.values())
    changed = [version for _, version in _renumbered(plan)]
    return Counts(
        len(plan.derived) - len(kept & plan.old.keys()), sum(version is not None for version in changed),
        sum(version is None for version in changed),
    )  # fmt: skip


def _renumbered(plan: Plan) -> Iterator[tuple[dict[str, Any], Version | None]]:
    """Yields stored versions that get another number or time, or are removed (None)."""
    kept = {version_id: plan.derived[ref] for ref, version_id in plan.versions.items()}
    for version_id, old in plan.old.items():
        version = kept.get(version_id)
        current = (version.number, clock.stamp(version.first_seen)) if version else None
        if current != (old["number"], old["first_seen_at"]):
            yield old, version


def _record_renumberings(db: Database, derivation: DerivedHistory, plan: Plan) -> Counts:
    """Records in `renumberings` what became of each changed version that somebody may have quoted."""
    counts = Counts(opened=len(set(plan.versions.values()) - plan.old.keys()))
    for old, version in list(_renumbered(plan)):
        (run_id,) = db.execute("SELECT run_id FROM captures WHERE id = ?", [old["capture_id"]]).fetchone()
        if run_id == derivation.quiet_run:
            continue
        counts.renumbered += version is not None
        counts.removed += version is None
        insert(db, "renumberings", {
            "version_id": old["id"], "article_id": old["article_id"], "renumbered_at": clock.stamp(derivation.at),
            "old_number": old["number"], "new_number": version.number if version else None,
            "old_first_seen_at": old["first_seen_at"],
            "new_first_seen_at": clock.stamp(version.first_seen) if version else None, "old_digest": old["digest"],
            "reason": derivation.reason,
        })  # fmt: skip
    return counts


def _delete_unsupported(db: Database, derivation: DerivedHistory, plan: Plan) -> None:
    """Deletes versions that no capture supports any more, and articles merged into others."""
    for version_id in plan.old.keys() - set(plan.versions.values()):
        remove_version(db, version_id)
    for article_id in derivation.related.articles - set(plan.articles.values()):
        db.execute("DELETE FROM tombstones WHERE article_id = ?", [article_id])
        db.execute("DELETE FROM aliases WHERE article_id = ?", [article_id])
        db.execute("UPDATE articles SET moved_to_id = NULL WHERE moved_to_id = ?", [article_id])
        # first clears date and version, so that triggers update the counts of months and credits
        db.execute("UPDATE articles SET published_at = NULL, current_version_id = NULL WHERE id = ?", [article_id])
        db.execute("DELETE FROM articles WHERE id = ?", [article_id])


def _put_addresses(db: Database, derivation: DerivedHistory, plan: Plan) -> None:
    wanted = address_rows(derivation.history, plan)
    stored: dict[str, tuple[int, str, str]] = {}
    for article_id in derivation.related.articles:
        rows = db.execute("SELECT url_key, article_id, since, kind FROM aliases WHERE article_id = ?", [article_id])
        stored |= {key: (target_id, since, kind) for key, target_id, since, kind in rows.fetchall()}
    for key in stored.keys() - wanted.keys():
        db.execute("DELETE FROM aliases WHERE outlet_id = ? AND url_key = ?", [derivation.outlet_id, key])
    for key, values in wanted.items():
        if stored.get(key) == values:
            continue
        conflict = "UPDATE SET article_id = excluded.article_id, since = excluded.since, kind = excluded.kind"
        db.execute(  # a withdrawn article keeps its addresses
            "INSERT INTO aliases (outlet_id, url_key, article_id, since, kind) VALUES (?, ?, ?, ?, ?)"
            f" ON CONFLICT DO {conflict if key in stored else 'NOTHING'}",
            [derivation.outlet_id, key, *values],
        )


def _put_tombstones(db: Database, derivation: DerivedHistory, plan: Plan) -> int:
    """Writes the disappearances; returns how many articles turned out to have disappeared."""
    disappeared = 0
    for article in derivation.history.articles:
        article_id = plan.articles[article.number]
        if article_id not in derivation.related.articles and not article.tombstones:
            continue
        stored = db.execute(
            "SELECT id, gone_at, reason, returned_at FROM tombstones WHERE article_id = ? ORDER BY gone_at, id",
            [article_id],
        ).fetchall()
        wanted = tombstone_rows(article)
        disappeared += len(wanted) > len(stored) and wanted[-1][2] is None
        if [row[1:3] for row in stored] != [values[:2] for values in wanted[: len(stored)]]:
            db.execute("DELETE FROM tombstones WHERE article_id = ?", [article_id])
            stored = []
        for row, values in zip(stored, wanted, strict=False):
            if row[3] != values[2]:
                db.execute("UPDATE tombstones SET returned_at = ? WHERE id = ?", [values[2], row[0]])
        for values in wanted[len(stored) :]:
            db.execute(
                "INSERT INTO tombstones (article_id, gone_at, reason, returned_at) VALUES (?, ?, ?, ?)",
                [article_id, *values],
            )
    return disappeared
