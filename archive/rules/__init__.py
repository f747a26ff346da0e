"""Data of the reader: rules (XPath) of outlets and CMS families with the choice among them, and words of languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

from archive.rules.xpath_rules import FAMILIES, OUTLETS, Rules

# letters that only Vietnamese has, plain and as character references
_VIETNAMESE_LETTERS = ("ạ", "ế", "ộ", "\u0323")
_VIETNAMESE_REFERENCE = re.compile("&#(?:7|x1[eE])")


def rules_for(outlet: str | None, url: str, day: date | None = None) -> tuple[Rules, ...]:
    """The outlet's rules valid on that day. Without an outlet's name the host of the URL decides; without a day all of
    the outlet's rules, the newest first."""
    return tuple(rule for rule in _outlet_rules(outlet, url) if day is None or rule.holds_on(day))


def families_for(source: str, names: Callable[[], str]) -> tuple[Rules, ...]:
    """The families whose marks are among the names of a page's elements; none on pages of other countries."""
    if not any(letter in source for letter in _VIETNAMESE_LETTERS) and not _VIETNAMESE_REFERENCE.search(source):
        return ()
    return tuple(rule for rule in FAMILIES if any(mark in names() for mark in rule.marks))


def _outlet_rules(outlet: str | None, url: str) -> tuple[Rules, ...]:
    if outlet in OUTLETS:
        return OUTLETS[outlet][1]
    host = _host(url)
    return next((rules for hosts, rules in OUTLETS.values() if host in hosts), ())


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
