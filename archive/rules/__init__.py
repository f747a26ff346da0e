"""Reading rules: data, and the choice among them."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from archive.rules import baophutho, baovinhphuc
from archive.rules.base import Rules
from archive.rules.families import FAMILIES

# of Vietnamese alone, plain and as references
_LETTERS = ("ạ", "ế", "ộ", "&#7", "&#x1e", "&#x1E", "\u0323")
_OUTLETS: dict[str, tuple[tuple[str, ...], tuple[Rules, ...]]] = {
    "baovinhphuc": (baovinhphuc.HOSTS, baovinhphuc.RULES),
    "baophutho": (baophutho.HOSTS, baophutho.RULES),
}


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
