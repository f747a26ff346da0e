"""Sets up and runs `luubao backfill`: picks the archive, its address, the request delay and the time range."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from archive import Outlet
from archive.console.output import clear_progress, show_progress
from archive.model.errors import Misconfigured
from archive.runtime import signals
from crawler.backfill.archive_client import ArchiveClient
from crawler.backfill.archive_source import ArchiveSource, Span
from crawler.backfill.backfill_job import BackfillResult, backfill
from crawler.backfill.commoncrawl import CommonCrawl
from crawler.backfill.wayback import Wayback
from crawler.outlet import user_agent
from crawler.outlets.catalogue import described

# The addresses of other archives. A pywb of your own has <address>/<collection>/cdx and <address>/<collection>/.
ADDRESSES = {
    "LUUBAO_WAYBACK_CDX": "https://web.archive.org/cdx/search/cdx",
    "LUUBAO_WAYBACK_REPLAY": "https://web.archive.org/web/",
    "LUUBAO_COMMONCRAWL_INDEX": "https://index.commoncrawl.org/",
    "LUUBAO_COMMONCRAWL_DATA": "https://data.commoncrawl.org/",
}
DELAY = "1.5"
"""Seconds between two requests, unless LUUBAO_BACKFILL_DELAY sets another delay."""


def _address_setting(name: str) -> str:
    return os.environ.get(name, ADDRESSES[name])


def _delay() -> float:
    try:
        return max(0.0, float(os.environ.get("LUUBAO_BACKFILL_DELAY", DELAY)))
    except ValueError as error:
        raise Misconfigured("LUUBAO_BACKFILL_DELAY must be a number of seconds, such as 1.5") from error


def run_backfill(
    path: Path, name: str, archive_name: str, since: datetime | None, until: datetime | None, most: int,
    hosts: tuple[str, ...], contact: str,
) -> tuple[BackfillResult, bool]:  # fmt: skip
    """Runs a backfill to its end, or until a signal; returns its result and whether it was interrupted.

    Raises UnknownOutlet, Misconfigured or Locked.
    """
    outlet = described(name).outlet
    if hosts:
        outlet = Outlet(outlet.name, outlet.title, outlet.home_url, hosts, outlet.timezone)
    asker = ArchiveClient(user_agent(outlet, contact), _delay(), stopped=signals.signal_received)
    source = source_of(archive_name, asker)
    span = Span(f"{since:%Y%m%d}" if since else None, f"{until:%Y%m%d}" if until else None)
    with signals.graceful():
        done = backfill(path, outlet, source, span, most=most, stopped=signals.signal_received, progress=_show)
    clear_progress()
    return done, signals.signal_received()


def source_of(name: str, asker: ArchiveClient) -> ArchiveSource:
    """Returns the archive of that name, at the addresses that the environment gives."""
    if name == "wayback":
        return Wayback(asker, _address_setting("LUUBAO_WAYBACK_CDX"), _address_setting("LUUBAO_WAYBACK_REPLAY"))
    return CommonCrawl(asker, _address_setting("LUUBAO_COMMONCRAWL_INDEX"), _address_setting("LUUBAO_COMMONCRAWL_DATA"))


def _show(done: BackfillResult) -> None:
    show_progress(", ".join(f"{count} {name}" for name, count in done.counts.items() if count))
