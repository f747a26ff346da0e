"""Anomaly detection: compares a run with the outlet's own history; findings are sentences.

Small and first runs find nothing: every comparison needs enough pages, now and before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from archive.monitor.baseline import article_rate, field_shares, seed_health, site_layout
from archive.monitor.baseline.findings import LONGEST, Finding, PastRun

__all__ = ["LONGEST", "Finding", "PastRun", "compare"]


def compare(
    now: PastRun, before: Sequence[PastRun], *, zone: tzinfo | None = None, since: date | None = None
) -> list[Finding]:
    """The anomalies of a run, collapses first. before: the outlet's earlier finished runs, oldest first; the last may
    have begun in the same second. since: the first day, in `zone`, whose runs form the baseline."""
    past = [run for run in before if run.at <= now.at and (since is None or run.at.astimezone(zone).date() >= since)]
    newest_first = [run.health for run in reversed(past)]
    findings = [
        *field_shares.compare(now.health, newest_first),
        *article_rate.compare([*past, now]),
        *site_layout.compare(now.health, newest_first),
        *seed_health.compare([*past, now]),
    ]
    return sorted(findings, key=lambda finding: not finding.collapse)
