"""Reads the descriptions of outlets in WARC files that luubao wrote (archive/exchange/exporters/warc_records.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.exchange.importers.import_items import DescribedOutlet, OutletDescription, Skipped
from archive.exchange.importers.warc_reader import WarcRecord
from archive.model import validation
from archive.model.errors import BadValue
from archive.model.records import Outlet
from archive.model.urls import host_of, is_site
from archive.model.validation import shown

_OUTLET = "urn:luubao:outlet:"


def described_by(raw: WarcRecord) -> DescribedOutlet | Skipped | None:
    """The outlet that a record describes; None for other records, Skipped for an invalid description."""
    if not raw.headers.get("warc-target-uri", "").startswith(_OUTLET):
        return None
    try:
        return DescribedOutlet(
            outlined(validation.json_object(raw.body.decode("utf-8", "replace"))), f"byte {raw.offset}"
        )
    except BadValue as error:
        return Skipped(f"the description of an outlet: {error}", f"byte {raw.offset}")


def outlined(facts: Mapping[str, Any]) -> OutletDescription:
    """Validates a file's description of an outlet. An unknown time zone becomes UTC and is reported as the problem.
    Raises BadValue."""
    missing = [name for name in ("name", "title", "home_url", "timezone") if name not in facts]
    if missing:
        raise BadValue(f"it does not say its {', '.join(missing)}")
    home, name, title = (
        validation.address(facts["home_url"]),
        validation.outlet_name(facts["name"]),
        _title(facts["title"]),
    )
    zone, marks = facts["timezone"], facts.get("furniture") or ()
    if not is_site(host := host_of(home)):
        raise BadValue(f"{shown(home)} is no site of one newspaper")
    if not isinstance(marks, list | tuple):
        raise BadValue(f"{shown(marks)} is no list of what pages share")
    is_zone = isinstance(zone, str) and validation.is_zone(zone)
    problem = None if is_zone else f"{shown(zone)} is no time zone; UTC is taken for {name}"
    outlet = Outlet(name, title, home, (host,), zone if is_zone else "UTC")
    return OutletDescription(outlet, tuple(validation.line(mark) for mark in marks), problem)


def _title(value: object) -> str:
    """One line of printable characters, without terminal control sequences."""
    return "".join(letter for letter in validation.line(value) if letter.isprintable()).strip()
