"""Stores how hosts have answered lately: errors and pauses that one run leaves to the next one, of any outlet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from archive.model import clock
from archive.storage.connection import transaction
from archive.storage.integrity.column_validation import readable_values


@dataclass(frozen=True, slots=True)
class HostState:
    """Errors and pauses of a host. errors: how many in a row, over all runs. quiet_until: aware; no requests until
    then, and reason, one sentence, says why. no_rules_since: since when its robots.txt has given no answer."""

    host: str
    errors: int = 0
    quiet_until: datetime | None = None
    reason: str | None = None
    no_rules_since: datetime | None = None

    @property
    def is_troubled(self) -> bool:
        """Whether there is anything to store."""
        return bool(self.errors or self.quiet_until or self.no_rules_since)


def troubled_hosts(db: Database) -> list[HostState]:
    """The hosts with errors or pauses; nothing is stored of others."""
    rows = db.query("SELECT host, errors, quiet_until, reason, no_rules_since FROM hosts ORDER BY host")
    return list(readable_values(rows, "hosts", _state))


def _state(row: dict[str, Any]) -> HostState:
    until, since = (text and clock.parse(text) for text in (row["quiet_until"], row["no_rules_since"]))
    return HostState(row["host"], row["errors"], until, row["reason"], since)


def note_hosts(db: Database, states: Sequence[HostState], moment: datetime) -> None:
    """Stores hosts' states; removes a host without errors and pauses."""
    with transaction(db):
        for state in states:
            db.execute("DELETE FROM hosts WHERE host = ?", [state.host])
            if state.is_troubled:
                db.execute(
                    "INSERT INTO hosts (host, errors, quiet_until, reason, no_rules_since, noted_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        state.host, state.errors, state.quiet_until and clock.stamp(state.quiet_until), state.reason,
                        state.no_rules_since and clock.stamp(state.no_rules_since), clock.stamp(moment),
                    ],
                )  # fmt: skip
