"""What alerts match (saved searches over what was filed), and their ledger: which there are, what each matched, and
which messages are still to be sent.

A message is a batch of matches for one destination, or several whose earlier messages surely did not arrive. It gets a
key before it is sent, and its rows go once it was accepted. Where a process dies in between, nobody knows whether it
arrived: it is sent again under the same key, by which mail servers and web services know a copy.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.diff import EditSummary
from archive.queries.article_search import ArticleFilter, conditions
from archive.queries.recent import gists
from archive.storage.connection import rows_of, transaction
from archive.text.search_query import fts_query

RUNNING = "SELECT outlet_id FROM runs WHERE outcome = 'running'"
"""The outlets whose run has not ended: its end may take back what it has filed."""


@dataclass(frozen=True, slots=True)
class Match:
    """An event that an alert matched. event: names it for ever; kind: new, edited, gone or back; version_id: of an
    edit, the version it made; at: when we saw it, as a stamp."""

    event: str
    kind: str
    article_id: int
    version_id: int | None
    at: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message to send. key: its id, where an earlier attempt may have arrived; else None. batches: of its matches."""

    alert: str
    destination: str
    key: str | None
    batches: tuple[int, ...]


def enroll(db: Database, names: Collection[str], moment: str) -> None:
    """Makes these the alerts of the archive: for a new one counts what is filed from now on. A former one is forgotten
    with what it matched, once none of its messages waits."""
    if {str(row[0]) for row in db.execute("SELECT name FROM alerts").fetchall()} == set(names):
        return
    with transaction(db):
        for name in names:
            db.execute("INSERT OR IGNORE INTO alerts (name, since) VALUES (?, ?)", [name, moment])
        former = (
            " NOT IN (SELECT value FROM json_each(?) UNION SELECT alert FROM alert_messages)",
            [json.dumps(sorted(names))],
        )
        db.execute(f"DELETE FROM alert_matches WHERE alert{former[0]}", former[1])
        db.execute(f"DELETE FROM alerts WHERE name{former[0]}", former[1])
        db.execute("DELETE FROM alert_events WHERE NOT EXISTS (SELECT 1 FROM alerts)")


def record(db: Database, alert: str, matches: Iterable[Match], destinations: Sequence[str], moment: str) -> None:
    """Records what an alert matched, and a message to each destination; leaves out what it matched before. Call inside
    a transaction."""
    (batch,) = db.execute("SELECT coalesce(max(batch), 0) + 1 FROM alert_matches").fetchone()
    added = 0
    for match in matches:
        added += db.execute(
            "INSERT OR IGNORE INTO alert_matches (alert, event, batch, kind, article_id, version_id, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [alert, match.event, batch, match.kind, match.article_id, match.version_id, match.at],
        ).rowcount
    if added:
        for destination in destinations:
            db.execute("INSERT INTO alert_messages VALUES (?, ?, ?, NULL)", [alert, destination, batch])
        db.execute("UPDATE alerts SET matched_at = ? WHERE name = ?", [moment, alert])


def clear_events(db: Database) -> None:
    """Removes the events that every alert has looked at: all but those of outlets whose run goes on."""
    db.execute(
        f"DELETE FROM alert_events WHERE article_id NOT IN (SELECT id FROM articles WHERE outlet_id IN ({RUNNING}))"
    )


def waiting(db: Database) -> list[Message]:
    """The messages to send, oldest first."""
    rows = db.execute(
        "SELECT alert, destination, key, json_group_array(batch) FROM alert_messages"
        " GROUP BY alert, destination, key ORDER BY min(batch), destination"
    ).fetchall()
    return [Message(alert, destination, key, tuple(json.loads(batches))) for alert, destination, key, batches in rows]


def matches_of(db: Database, alert: str, batches: Sequence[int]) -> list[Match]:
    """The matches of some batches of an alert."""
    rows = db.execute(
        "SELECT event, kind, article_id, version_id, at FROM alert_matches"
        " WHERE alert = ? AND batch IN (SELECT value FROM json_each(?)) ORDER BY id",
        [alert, json.dumps(batches)],
    )
    return [Match(*row) for row in rows.fetchall()]


def begin(db: Database, message: Message, key: str) -> None:
    """Notes, on the disk, that a message is about to be sent under that key."""
    _update(db, message, "UPDATE alert_messages SET key = ?", [key])


def accepted(db: Database, message: Message, moment: str) -> None:
    """Records that a message arrived."""
    with transaction(db):
        drop(db, message)
        db.execute("UPDATE alerts SET sent_at = ?, trouble = NULL WHERE name = ?", [moment, message.alert])


def failed(db: Database, message: Message, sentence: str, *, surely: bool) -> None:
    """Records why a message was not sent. surely: whether it is known that it did not arrive; it may then be sent
    together with later ones."""
    with transaction(db):
        if surely:
            _update(db, message, "UPDATE alert_messages SET key = ?", [None])
        db.execute("UPDATE alerts SET trouble = ? WHERE name = ?", [sentence, message.alert])


def drop(db: Database, message: Message) -> None:
    """Removes a message without sending it."""
    _update(db, message, "DELETE FROM alert_messages", [])


def _update(db: Database, message: Message, statement: str, values: list[str | None]) -> None:
    with transaction(db):
        db.execute(
            f"{statement} WHERE alert = ? AND destination = ? AND batch IN (SELECT value FROM json_each(?))",
            [*values, message.alert, message.destination, json.dumps(message.batches)],
        )


Kind = Literal["new", "edited", "gone", "back"]
KINDS: tuple[Kind, ...] = ("new", "edited", "gone", "back")
Only = Literal["numbers", "headlines"]


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What an alert looks for; an empty field filters nothing. words: as archive/text/search_query.py parses them, in
    the article before or after an edit. outlet: its name. kinds: of events. weight: the least of an edit, see
    archive/diff/compare.py. only: edits that change numbers, or the headline; either, where both are named."""

    words: str = ""
    outlet: str | None = None
    section: str | None = None
    kinds: tuple[Kind, ...] = KINDS
    weight: float = 0
    only: tuple[Only, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertItem:
    """What a message says of a match. outlet: its title; timezone: the outlet's; reason: how an article disappeared;
    gist: what an edit changed. number: of the version that an edit made."""

    kind: str
    at: str
    outlet: str
    timezone: str
    section: str | None
    headline: str
    url: str
    reason: str | None
    gist: EditSummary
    article_id: int
    number: int | None

    @property
    def order(self) -> tuple[float, int]:
        """Sorts the most important first: edits by weight, disappearances, returns, new articles."""
        rank = ("edited", "gone", "back", "new").index(self.kind)
        return -self.gist.weight if self.kind == "edited" else 0.0, rank


_NEWS = (  # a tombstone that was there before it was written anew is none
    " AND 'known' <> (SELECT first.kind FROM alert_events AS first WHERE first.article_id = noted.article_id"
    " AND first.at = noted.at AND first.kind IN (noted.kind, 'known') ORDER BY first.id LIMIT 1)"
)
_PENDING = {
    "new": "SELECT * FROM alert_events WHERE kind = 'new'",
    "edited": "SELECT * FROM alert_events WHERE kind = 'edited'",
    "gone": f"SELECT * FROM alert_events AS noted WHERE kind = 'gone'{_NEWS}",
    "back": f"SELECT * FROM alert_events AS noted WHERE kind = 'back'{_NEWS}",
}
_SAMPLE = 500
"""How many of the latest events a sample is looked for in."""
_LATEST = {
    "new": f"SELECT id AS article_id FROM articles ORDER BY id DESC LIMIT {_SAMPLE}",
    "edited": f"SELECT id AS version_id FROM versions WHERE number > 1 ORDER BY id DESC LIMIT {_SAMPLE}",
    "gone": f"SELECT article_id, gone_at AS at FROM tombstones ORDER BY id DESC LIMIT {_SAMPLE}",
    "back": "SELECT article_id, returned_at AS at FROM tombstones WHERE returned_at IS NOT NULL"
    f" ORDER BY id DESC LIMIT {_SAMPLE}",
}
# What an outlet's first run brings is its record so far, not news. Where an older state came in front of a known one,
# the edit between them is news of the known one.
_FOUND = {
    "new": "SELECT articles.id, NULL, articles.first_seen_at, articles.url_key FROM articles"
    " WHERE articles.id IN (SELECT article_id FROM source) AND (SELECT captures.run_id FROM versions"
    " JOIN captures ON captures.id = versions.capture_id WHERE versions.article_id = articles.id AND number = 1)"
    " > (SELECT min(id) FROM runs WHERE runs.outlet_id = articles.outlet_id)",
    "edited": "SELECT articles.id, edits.new_version_id, edits.edited_at, articles.url_key FROM edits"
    " JOIN articles ON articles.id = edits.article_id WHERE edits.new_version_id IN (SELECT version_id FROM source"
    " UNION SELECT successors.next_id FROM source JOIN successors ON successors.version_id = source.version_id"
    " JOIN versions ON versions.id = successors.next_id WHERE versions.number = 2)",
    "gone": "SELECT articles.id, NULL, source.at, articles.url_key FROM source"
    " JOIN articles ON articles.id = source.article_id JOIN tombstones ON tombstones.article_id = articles.id"
    " AND tombstones.gone_at = source.at WHERE 1",
    "back": "SELECT articles.id, NULL, source.at, articles.url_key FROM source"
    " JOIN articles ON articles.id = source.article_id JOIN tombstones ON tombstones.article_id = articles.id"
    " AND tombstones.returned_at = source.at WHERE 1",
}
_WITH_WORDS = "(SELECT rowid FROM search WHERE search MATCH :words)"
_ONLY = {"numbers": "edits.numbers_changed > 0", "headlines": "instr(edits.changed, 'headline') > 0"}


def pending(db: Database, article_filter: AlertFilter) -> list[Match]:
    """The events that no alert has looked at and this one matches; none of an outlet whose run goes on."""
    return list(_matches(db, article_filter, _PENDING, f" AND articles.outlet_id NOT IN ({RUNNING})"))


def latest(db: Database, article_filter: AlertFilter, limit: int) -> list[Match]:
    """The latest events of the archive that an alert matches, as a sample."""
    return sorted(_matches(db, article_filter, _LATEST, ""), key=lambda match: match.at)[-limit:]


def _matches(db: Database, article_filter: AlertFilter, sources: Mapping[str, str], ready: str) -> Iterator[Match]:
    more, values = conditions(db, ArticleFilter(outlet=article_filter.outlet, section=article_filter.section))
    more += f" AND articles.withdrawn_at IS NULL{ready}"
    values = {
        **values,
        "words": fts_query(article_filter.words) if article_filter.words else None,
        "weight": article_filter.weight,
    }
    for kind in article_filter.kinds:
        query = f"WITH source AS ({sources[kind]}) {_FOUND[kind]}{more}{_of_kind(kind, article_filter)} ORDER BY 3, 1"
        for article_id, version_id, moment, url_key in db.execute(query, values).fetchall():
            yield Match(
                f"{kind} {url_key} {moment if kind != 'new' else ''}".rstrip(), kind, article_id, version_id, moment
            )


def _of_kind(kind: Kind, article_filter: AlertFilter) -> str:
    """The conditions that differ between edits and other events."""
    versions = ["edits.new_version_id", "edits.old_version_id"] if kind == "edited" else ["articles.current_version_id"]
    clauses = [" OR ".join(f"{version} IN {_WITH_WORDS}" for version in versions)] if article_filter.words else []
    if kind == "edited":
        clauses += [" OR ".join(_ONLY[name] for name in article_filter.only)] if article_filter.only else []
        clauses += ["coalesce(edits.weight, 0) >= :weight"] if article_filter.weight else []
    return "".join(f" AND ({clause})" for clause in clauses)


def items_of(db: Database, matches: Sequence[Match]) -> list[AlertItem]:
    """What to say of matches, the most important first; nothing of articles that were withdrawn, or that another
    article has taken up, nor of versions that are no edit any more."""
    articles = _articles(db, [match.article_id for match in matches])
    edits = _edits(db, [match.version_id for match in matches if match.version_id is not None])
    summaries = gists(db, ((edit["old_version_id"], edit["new_version_id"]) for edit in edits.values()))
    found = [
        _item(match, {**articles[match.article_id], **edits.get(match.version_id, {})}, summaries)
        for match in matches
        if match.article_id in articles and (match.version_id is None or match.version_id in edits)
    ]
    return sorted(found, key=lambda item: item.order)


def _item(match: Match, row: Mapping[str, Any], summaries: Mapping[int, EditSummary]) -> AlertItem:
    return AlertItem(
        match.kind, match.at, row["outlet"], row["timezone"], row["section"], row.get("new_headline", row["headline"]),
        row["url"], row["gone_reason"] if match.kind == "gone" else None,
        summaries.get(match.version_id or 0, EditSummary()), match.article_id, row.get("number"),
    )  # fmt: skip


def _articles(db: Database, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = rows_of(
        db,
        "SELECT articles.id, outlets.title AS outlet, outlets.timezone, section, headline, url, gone_reason"
        " FROM articles JOIN outlets ON outlets.id = outlet_id"
        " WHERE withdrawn_at IS NULL AND articles.id IN (SELECT value FROM json_each(?))",
        [json.dumps(ids)],
    )
    return {row["id"]: row for row in rows}


def _edits(db: Database, versions: Sequence[int]) -> dict[int | None, dict[str, Any]]:
    rows = rows_of(
        db,
        "SELECT number, old_version_id, new_version_id, new_headline FROM edits"
        " WHERE new_version_id IN (SELECT value FROM json_each(?))",
        [json.dumps(versions)],
    )
    return {row["new_version_id"]: row for row in rows}


@dataclass(frozen=True, slots=True)
class AlertState:
    """What the archive knows of an alert. since, matched_at, sent_at: stamps, see the table alerts; matched: how many
    events in all; last: what it matched last, as far as it can be shown; waiting: messages to send."""

    name: str
    since: str | None = None
    matched_at: str | None = None
    sent_at: str | None = None
    trouble: str | None = None
    matched: int = 0
    waiting: int = 0
    last: tuple[AlertItem, ...] = ()


_STATE = (
    "SELECT name, since, matched_at, sent_at, trouble,"
    " (SELECT count(*) FROM alert_matches WHERE alert = name) AS matched,"
    " (SELECT count(*) FROM alert_messages WHERE alert = name) AS waiting FROM alerts WHERE name = ?"
)
_LAST = (
    "SELECT event, kind, article_id, version_id, at FROM alert_matches WHERE alert = ?1"
    " AND batch = (SELECT max(batch) FROM alert_matches WHERE alert = ?1)"
)


def state_of(db: Database, name: str) -> AlertState:
    """The state of an alert, also of one that no run has met."""
    rows = rows_of(db, _STATE, [name])
    last = items_of(db, [Match(*row) for row in db.execute(_LAST, [name]).fetchall()])
    return AlertState(**rows[0], last=tuple(last)) if rows else AlertState(name)
