"""The ledger of alerts: which there are, what each matched, and which messages are still to be sent.

A message is a batch of matches for one destination, or several whose earlier messages surely did not arrive. It gets a
key before it is sent, and its rows go once it was accepted. Where a process dies in between, nobody knows whether it
arrived: it is sent again under the same key, by which mail servers and web services know a copy.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from archive.storage.connection import transaction

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
