"""Reading rules: data, and the choice among them."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pkgutil import iter_modules
from urllib.parse import urlsplit

from archive.rules.base import Rules
from archive.rules.families import FAMILIES

# of Vietnamese alone, plain and as references
_LETTERS = ("ạ", "ế", "ộ", "&#7", "&#x1e", "&#x1E", "\u0323")
_NO_OUTLETS = ("base", "families")


def _outlets() -> dict[str, tuple[tuple[str, ...], tuple[Rules, ...]]]:
    """Hosts and rules of every outlet, by the name of its file."""
    names = sorted(one.name for one in iter_modules(__path__) if one.name not in _NO_OUTLETS)
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {name: (module.HOSTS, module.RULES) for name, module in modules.items()}


_OUTLETS = _outlets()


def rules_for(outlet: str | None, url: str, source: str, day: date | None = None) -> tuple[Rules, ...]:
    """The rules to try on a page, in order: the outlet's that held on that day, then the families it bears marks of.

    Without an outlet's name the address tells it; without a day all of its rules are tried, the newest first.
    """
    own = tuple(rule for rule in _own(outlet, url) if day is None or rule.holds_on(day))
    if not any(letter in source for letter in _LETTERS):
        return own  # every mark is looked for in the whole source: not on pages of other countries
    return own + tuple(rule for rule in FAMILIES if any(mark in source for mark in rule.marks))


def _own(outlet: str | None, url: str) -> tuple[Rules, ...]:
    if outlet in _OUTLETS:
        return _OUTLETS[outlet][1]
    host = _host(url)
    return next((rules for hosts, rules in _OUTLETS.values() if host in hosts), ())


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
