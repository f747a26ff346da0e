"""A run against the outlet's own history: what is not as usual, told in sentences.

Small and first runs find nothing: every comparison needs enough of what it counts, now and before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from archive.monitor.baseline import article_rate, field_shares, seed_health, site_layout
from archive.monitor.baseline.findings import LONGEST, Finding, Past

__all__ = ["LONGEST", "Finding", "Past", "compare"]


def compare(
    now: Past, before: Sequence[Past], *, zone: tzinfo | None = None, since: date | None = None
) -> list[Finding]:
    """What is not as usual in a run, collapses first. before: earlier runs of the outlet that ended, oldest first.
    since: the first day, by the clock of `zone`, whose runs say what is usual."""
    past = [run for run in before if run.at < now.at and (since is None or run.at.astimezone(zone).date() >= since)]
    newest_first = [run.health for run in reversed(past)]
    found = [
        *field_shares.compare(now.health, newest_first),
        *article_rate.compare([*past, now]),
        *site_layout.compare(now.health, newest_first),
        *seed_health.compare([*past, now]),
    ]
    return sorted(found, key=lambda one: not one.collapse)
