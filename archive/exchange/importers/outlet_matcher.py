"""Whose page is it? The outlets an import may bring pages of."""

from __future__ import annotations

from collections.abc import Iterable

from archive.exchange.importers.import_items import Outlined
from archive.model.errors import UnknownOutlet
from archive.model.records import Outlet
from archive.model.urls import same_site


class Houses:
    """Outlets by host. only: the name of the one whose pages are wanted; None for all that are known."""

    def __init__(self, known: Iterable[Outlet], only: str | None = None):
        self.outlets = {outlet.name: outlet for outlet in known}
        self.only = only
        self.boilerplate: dict[str, tuple[str, ...]] = {}

    def describe(self, told: Outlined) -> None:
        """Takes up what a file says of an outlet that nobody here has described."""
        if told.outlet.name not in self.outlets:
            self.outlets[told.outlet.name] = told.outlet
            self.boilerplate[told.outlet.name] = told.boilerplate

    def of(self, url: str) -> Outlet | None:
        """The outlet a page belongs to."""
        return next((outlet for outlet in self._wanted() if same_site(url, outlet.hosts)), None)

    def _wanted(self) -> Iterable[Outlet]:
        if self.only is None:
            return self.outlets.values()
        return [self.outlets[self.only]] if self.only in self.outlets else []

    def require(self) -> None:
        """Raises UnknownOutlet when the one that is wanted is not known."""
        if self.only and self.only not in self.outlets:
            known = ", ".join(sorted(self.outlets)) or "none"
            raise UnknownOutlet(
                f"no outlet is called {self.only}. There are: {known}. A new one needs --home with its home page"
            )
