"""Matches imported pages to outlets by host."""

from __future__ import annotations

from collections.abc import Iterable

from archive.exchange.importers.import_items import OutletDescription
from archive.model.errors import UnknownOutlet
from archive.model.records import Outlet
from archive.model.urls import same_site


class OutletMatcher:
    """Known outlets, matched by host. only: the name of the one outlet whose pages to import; None for all."""

    def __init__(self, known: Iterable[Outlet], only: str | None = None):
        self.outlets = {outlet.name: outlet for outlet in known}
        self.only = only
        self.boilerplate: dict[str, tuple[str, ...]] = {}

    def describe(self, description: OutletDescription) -> None:
        """Adds an outlet that a file describes, unless it is known."""
        if description.outlet.name not in self.outlets:
            self.outlets[description.outlet.name] = description.outlet
            self.boilerplate[description.outlet.name] = description.boilerplate

    def of(self, url: str) -> Outlet | None:
        """The outlet whose site has this URL."""
        return next((outlet for outlet in self._wanted() if same_site(url, outlet.hosts)), None)

    def _wanted(self) -> Iterable[Outlet]:
        if self.only is None:
            return self.outlets.values()
        return [self.outlets[self.only]] if self.only in self.outlets else []

    def require(self) -> None:
        """Raises UnknownOutlet when `only` names no known outlet."""
        if self.only and self.only not in self.outlets:
            known = ", ".join(sorted(self.outlets)) or "none"
            raise UnknownOutlet(
                f"no outlet is called {self.only}. There are: {known}. A new one needs --home with its home page"
            )
