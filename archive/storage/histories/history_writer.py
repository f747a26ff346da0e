"""Writing down what is believed: the difference between what the archive says of a few articles and what their captures
amount to, and nothing else.

A version keeps its id as long as the capture it was first seen in shows the same state as before, also when older
captures show that state earlier, or other states come before it. What changes is its number and when it was first
seen; what it was before is written into `renumberings`, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from archive.history import Article, History, Version, versions_of
from archive.model import clock
from archive.storage.connection import rows_of
from archive.storage.histories.history_readings import Said, put_readings
from archive.storage.histories.history_rows import Place, Plan, address_rows, article_row, tombstone_rows
from archive.storage.histories.history_versions import put_size, put_version, refresh_comparisons, remove_version
from archive.storage.histories.related_urls import RelatedUrls
from archive.storage.pictures.picture_history import picture_numbers

_PARKED = 1_000_000


@dataclass(slots=True)
class Counts:
    """What putting articles in order came to: versions opened, renumbered and taken out; opened_by: captures that
    opened one; buried: articles that turned out to have disappeared."""

    opened: int = 0
    renumbered: int = 0
    removed: int = 0
    buried: int = 0

    def add(self, other: Counts) -> None:
        """Sums them up."""
        self.opened += other.opened
        self.renumbered += other.renumbered
        self.removed += other.removed
        self.buried += other.buried


@dataclass(frozen=True, slots=True)
class Belief:
    """What a neighbourhood amounts to, and what it was derived from. extractor: number of the reader; quiet_run: a run
    under way, of whose own versions nobody can have quoted a number; reason: why numbers change, if they do."""

    outlet_id: int
    kin: RelatedUrls
    history: History
    said: Said
    extractor: int
    at: datetime
    quiet_run: int | None
    reason: str


def put_belief(db: Database, belief: Belief) -> tuple[Counts, Plan]:
    """Writes what is believed over what was. Call inside a transaction."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    plan = match(db, belief)
    moved = _open(db, belief, plan)
    touched: set[Place] = set()
    _put_articles(db, belief, plan)
    pictures = _picture_numbers(db, belief.history)
    for place, version in sorted(plan.told.items(), key=lambda one: (one[1].words_of is not None, one[0])):
        words_of = plan.versions.get((place[0], version.words_of - 1)) if version.words_of else None
        former = plan.old.get(plan.versions.get(place, 0))
        put = put_version(
            db, plan.articles[place[0]], version, former, words_of, belief.extractor, pictures, moved=moved
        )
        plan.versions[place] = put.id
        if put.changed or moved:
            touched.add(place)
    for place in sorted(touched | {(number, after + 1) for number, after in touched}):
        before = plan.told.get((place[0], place[1] - 1))
        if before and place in plan.told:
            put_size(db, plan.versions[place], before, plan.told[place])
    for article in belief.history.articles:
        _settle_article(db, article, plan)
    put_readings(db, belief.said, belief.history, shown_versions(plan), belief.extractor)
    counts = _note(db, belief, plan)
    _clear(db, belief, plan)
    _put_addresses(db, belief, plan)
    counts.buried = _put_tombstones(db, belief, plan)
    for article_id in plan.articles.values() if touched else ():
        if plan.old or len(plan.told) > len(plan.articles):  # there is something to compare with
            refresh_comparisons(db, article_id)
    db.execute("DELETE FROM rebuilding")
    return counts, plan


def match(db: Database, belief: Belief) -> Plan:
    """Which rows of the archive become which; reads only."""
    rows: Iterable[dict[str, Any]] = ()
    if belief.kin.articles:
        marks = ", ".join("?" * len(belief.kin.articles))
        query = f"SELECT * FROM versions WHERE article_id IN ({marks}) ORDER BY number"
        rows = rows_of(db, query, list(belief.kin.articles))
    plan = Plan({row["id"]: row for row in rows}, {}, {})
    for article in belief.history.articles:
        versions = versions_of(article)
        plan.told |= {(article.number, place): version for place, version in enumerate(versions.all)}
        for verdict in belief.history.verdicts:
            if verdict.article == article.number and verdict.stand is not None:
                plan.shown[verdict.look.id] = (article.number, versions.shown[verdict.stand])
    first = {one.proof.id: place for place, one in plan.told.items() if one.words_of is None}
    later = {capture_id: _worded(plan, place) for capture_id, place in plan.shown.items()}
    taken: set[int] = set()
    for known in (first, later):
        for row in plan.old.values():
            place = known.get(row["capture_id"]) if row["words_of"] is None else None
            if place is not None and place not in plan.versions and row["id"] not in taken:
                plan.versions[place] = row["id"]
                taken.add(row["id"])
    _match_pictures(plan)
    _match_articles(plan)
    return plan


def _worded(plan: Plan, place: Place) -> Place:
    """The version whose words another shares, where only a picture opened that."""
    words_of = plan.told[place].words_of
    return (place[0], words_of - 1) if words_of else place


def shown_versions(plan: Plan) -> dict[int, int]:
    """The version whose words each capture shows, by captures.id."""
    found = ((capture_id, plan.versions.get(_worded(plan, place))) for capture_id, place in plan.shown.items())
    return {capture_id: version_id for capture_id, version_id in found if version_id is not None}


def _match_pictures(plan: Plan) -> None:
    """A version that a replaced picture opened is known by its moment, and by whose words it shares."""
    open_ones = {
        (row["first_seen_at"], row["words_of"]): row["id"] for row in plan.old.values() if row["words_of"] is not None
    }
    for place, version in plan.told.items():
        if version.words_of is not None:
            found = open_ones.get((clock.stamp(version.at), plan.versions.get(_worded(plan, place))))
            if found is not None:
                plan.versions[place] = found


def _match_articles(plan: Plan) -> None:
    """An article keeps the number of that of which it has the most versions."""
    votes: Counter[tuple[int, int]] = Counter()
    for place, version_id in plan.versions.items():
        votes[place[0], plan.old[version_id]["article_id"]] += 1
    for (told, known), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0][1], item[0][0])):
        if told not in plan.articles and known not in plan.articles.values():
            plan.articles[told] = known


def _open(db: Database, belief: Belief, plan: Plan) -> bool:
    """Opens the guards; where numbers or addresses change, moves them out of the way. Returns whether
    numbers do."""
    moved = _numbers_change(belief, plan)
    for article_id in belief.kin.articles:
        db.execute("INSERT INTO rebuilding (article_id) VALUES (?)", [article_id])
        if moved:
            db.execute(f"UPDATE versions SET number = number + {_PARKED} WHERE article_id = ?", [article_id])
    wanted = {plan.articles.get(one.number): one.speaker for one in belief.history.articles}
    for article_id in belief.kin.articles:
        (key,) = db.execute("SELECT url_key FROM articles WHERE id = ?", [article_id]).fetchone()
        if wanted.get(article_id) != key:
            db.execute("UPDATE articles SET url_key = '~' || id WHERE id = ?", [article_id])
    if moved:
        for version_id in plan.old:
            db.execute("DELETE FROM successors WHERE version_id = ?1 OR next_id = ?1", [version_id])
    return moved


def _numbers_change(belief: Belief, plan: Plan) -> bool:
    kept = {version_id: place for place, version_id in plan.versions.items()}
    return any(
        version_id not in kept
        or plan.told[kept[version_id]].number != old["number"]
        or plan.articles.get(kept[version_id][0]) != old["article_id"]
        for version_id, old in plan.old.items()
    )


def _put_articles(db: Database, belief: Belief, plan: Plan) -> None:
    """Articles that were not there before get a row; the rest of it is settled when their versions are there."""
    for article in belief.history.articles:
        if article.number in plan.articles:
            continue
        row = {
            "outlet_id": belief.outlet_id, "headline": article.latest.reading.headline, "url": article.url,
            "first_seen_at": clock.stamp(article.first), "changed_at": clock.stamp(article.latest.at),
            "last_seen_at": clock.stamp(article.seen), "url_key": f"~new {article.number}",
        }  # fmt: skip
        cursor = db.execute(
            f"INSERT INTO articles ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
        )
        plan.articles[article.number] = int(cursor.lastrowid or 0)
        db.execute("INSERT INTO rebuilding (article_id) VALUES (?)", [cursor.lastrowid])


def _settle_article(db: Database, article: Article, plan: Plan) -> None:
    row = article_row(article, plan)
    settings = ", ".join(f"{name} = ?" for name in row)
    db.execute(f"UPDATE articles SET {settings} WHERE id = ?", [*row.values(), plan.articles[article.number]])


def _picture_numbers(db: Database, history: History) -> dict[str, int]:
    shown = [one for article in history.articles for stand in article.stands for one in stand.pictures.values()]
    return picture_numbers(db, (one.digest for one in shown))


def count_changes(belief: Belief, plan: Plan) -> Counts:
    """What writing would come to."""
    kept = set(plan.versions.values())
    changed = [told for _, told in _renumbered(plan)]
    return Counts(
        len(plan.told) - len(kept & plan.old.keys()), sum(told is not None for told in changed),
        sum(told is None for told in changed),
    )  # fmt: skip


def _renumbered(plan: Plan) -> Iterator[tuple[dict[str, Any], Version | None]]:
    """Versions that somebody may have quoted and that have another number or time now, or are none any more."""
    kept = {version_id: plan.told[place] for place, version_id in plan.versions.items()}
    for version_id, old in plan.old.items():
        version = kept.get(version_id)
        now = (version.number, clock.stamp(version.at)) if version else None
        if now != (old["number"], old["first_seen_at"]):
            yield old, version


def _note(db: Database, belief: Belief, plan: Plan) -> Counts:
    """Writes down what became of every version somebody may have quoted."""
    counts = Counts(opened=len(set(plan.versions.values()) - plan.old.keys()))
    for old, version in list(_renumbered(plan)):
        (run_id,) = db.execute("SELECT run_id FROM captures WHERE id = ?", [old["capture_id"]]).fetchone()
        if run_id == belief.quiet_run:
            continue
        counts.renumbered += version is not None
        counts.removed += version is None
        row = {
            "version_id": old["id"], "article_id": old["article_id"], "renumbered_at": clock.stamp(belief.at),
            "old_number": old["number"], "new_number": version.number if version else None,
            "old_first_seen_at": old["first_seen_at"],
            "new_first_seen_at": clock.stamp(version.at) if version else None, "old_digest": old["digest"],
            "reason": belief.reason,
        }  # fmt: skip
        db.execute(
            f"INSERT INTO renumberings ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
        )
    return counts


def _clear(db: Database, belief: Belief, plan: Plan) -> None:
    """Takes out versions that are no states of their own, and articles that are parts of others."""
    for version_id in plan.old.keys() - set(plan.versions.values()):
        remove_version(db, version_id)
    for article_id in belief.kin.articles - set(plan.articles.values()):
        db.execute("DELETE FROM tombstones WHERE article_id = ?", [article_id])
        db.execute("DELETE FROM aliases WHERE article_id = ?", [article_id])
        db.execute("UPDATE articles SET moved_to_id = NULL WHERE moved_to_id = ?", [article_id])
        # first without date and versions, so that the counts of months and credits follow
        db.execute("UPDATE articles SET published_at = NULL, current_version_id = NULL WHERE id = ?", [article_id])
        db.execute("DELETE FROM articles WHERE id = ?", [article_id])


def _put_addresses(db: Database, belief: Belief, plan: Plan) -> None:
    wanted = address_rows(belief.history, plan)
    had: dict[str, tuple[int, str, str]] = {}
    for article_id in belief.kin.articles:
        rows = db.execute("SELECT url_key, article_id, since, kind FROM aliases WHERE article_id = ?", [article_id])
        had |= {key: (number, since, kind) for key, number, since, kind in rows.fetchall()}
    for key in had.keys() - wanted.keys():
        db.execute("DELETE FROM aliases WHERE outlet_id = ? AND url_key = ?", [belief.outlet_id, key])
    for key, values in wanted.items():
        if had.get(key) == values:
            continue
        conflict = "UPDATE SET article_id = excluded.article_id, since = excluded.since, kind = excluded.kind"
        db.execute(  # an address of a withdrawn article stays that one's
            "INSERT INTO aliases (outlet_id, url_key, article_id, since, kind) VALUES (?, ?, ?, ?, ?)"
            f" ON CONFLICT DO {conflict if key in had else 'NOTHING'}",
            [belief.outlet_id, key, *values],
        )


def _put_tombstones(db: Database, belief: Belief, plan: Plan) -> int:
    """Returns how many articles turned out to have disappeared."""
    buried = 0
    for article in belief.history.articles:
        article_id = plan.articles[article.number]
        if article_id not in belief.kin.articles and not article.tombstones:
            continue
        had = db.execute(
            "SELECT id, gone_at, reason, returned_at FROM tombstones WHERE article_id = ? ORDER BY gone_at, id",
            [article_id],
        ).fetchall()
        wanted = tombstone_rows(article)
        buried += len(wanted) > len(had) and wanted[-1][2] is None
        if [row[1:3] for row in had] != [one[:2] for one in wanted[: len(had)]]:
            db.execute("DELETE FROM tombstones WHERE article_id = ?", [article_id])
            had = []
        for row, one in zip(had, wanted, strict=False):
            if row[3] != one[2]:
                db.execute("UPDATE tombstones SET returned_at = ? WHERE id = ?", [one[2], row[0]])
        for one in wanted[len(had) :]:
            db.execute(
                "INSERT INTO tombstones (article_id, gone_at, reason, returned_at) VALUES (?, ?, ?, ?)",
                [article_id, *one],
            )
    return buried
