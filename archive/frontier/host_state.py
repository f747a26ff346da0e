"""Stores how hosts have answered lately: errors and pauses that one run leaves to the next one, of any outlet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from archive.model import clock
from archive.model.records import HostState
from archive.storage.connection import transaction
from archive.storage.sqlite_errors import readable_values


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
