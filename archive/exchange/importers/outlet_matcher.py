"""Outlets of imported pages: read from the descriptions in luubao's own WARC files, and matched to pages by host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from archive.exchange.exporters.warc_records import OUTLET
from archive.exchange.importers.import_items import DescribedOutlet, Skipped
from archive.exchange.importers.warc_reader import WarcRecord
from archive.model import validation
from archive.model.errors import BadValue, UnknownOutlet
from archive.model.records import Outlet
from archive.model.urls import host_of, is_site, same_site
from archive.model.validation import shown


class OutletMatcher:
    """Known outlets, matched by host. only: the name of the one outlet whose pages to import; None for all."""

    def __init__(self, known: Iterable[Outlet], only: str | None = None):
        self.outlets = {outlet.name: outlet for outlet in known}
        self.only = only
        self.boilerplate: dict[str, tuple[str, ...]] = {}

    def describe(self, description: DescribedOutlet) -> None:
        """Adds an outlet that a file describes, unless it is known."""
        if description.outlet.name not in self.outlets:
            self.outlets[description.outlet.name] = description.outlet
            self.boilerplate[description.outlet.name] = description.boilerplate

    def of(self, url: str) -> Outlet | None:
        """The outlet whose site has this URL."""
        candidates = (outlet for name, outlet in self.outlets.items() if self.only in (None, name))
        return next((outlet for outlet in candidates if same_site(url, outlet.hosts)), None)

    def require(self) -> None:
        """Raises UnknownOutlet when `only` names no known outlet."""
        if self.only and self.only not in self.outlets:
            known = ", ".join(sorted(self.outlets)) or "none"
            raise UnknownOutlet(
                f"no outlet is called {self.only}. There are: {known}. A new one needs --home with its home page"
            )


def described_by(raw: WarcRecord) -> DescribedOutlet | Skipped | None:
    """The outlet that a record describes; None for other records, Skipped for an invalid description."""
    if not raw.headers.get("warc-target-uri", "").startswith(OUTLET):
        return None
    where = f"byte {raw.offset}"
    try:
        return _checked(validation.json_object(raw.body.decode("utf-8", "replace")), where)
    except BadValue as error:
        return Skipped(f"the description of an outlet: {error}", where)


def _checked(facts: Mapping[str, Any], where: str) -> DescribedOutlet:
    """The outlet of valid facts. An unknown time zone becomes UTC and is reported as the problem. Raises BadValue."""
    missing = [name for name in ("name", "title", "home_url", "timezone") if name not in facts]
    if missing:
        raise BadValue(f"it does not say its {', '.join(missing)}")
    home, name = validation.address(facts["home_url"]), validation.outlet_name(facts["name"])
    # without terminal control sequences
    title = "".join(letter for letter in validation.line(facts["title"]) if letter.isprintable()).strip()
    zone, marks = facts["timezone"], facts.get("furniture") or ()
    if not is_site(host := host_of(home)):
        raise BadValue(f"{shown(home)} is no site of one newspaper")
    if not isinstance(marks, list | tuple):
        raise BadValue(f"{shown(marks)} is no list of what pages share")
    is_zone = isinstance(zone, str) and validation.is_zone(zone)
    problem = None if is_zone else f"{shown(zone)} is no time zone; UTC is taken for {name}"
    outlet = Outlet(name, title, home, (host,), zone if is_zone else "UTC")
    return DescribedOutlet(outlet, tuple(validation.line(mark) for mark in marks), problem, where)
