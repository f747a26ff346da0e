"""Section, tags, language and canonical address of an article, as the page gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from archive.extract.folding import folded, key_of

MOST_TAGS = 60
LONGEST_TAG = 120  # characters
_LANGUAGE = re.compile(r"^([a-z]{2,3})(?:[-_][A-Za-z]{2,8})*$")
_HOME = frozenset(
    key_of(word)
    for word in ("Trang chủ", "Home", "Homepage", "Start", "Startseite", "Accueil", "Inicio", "Beranda", "Главная")
)


def tags_of(values: Iterable[str]) -> tuple[str, ...]:
    """Single tags, comma strings split, each once."""
    found: dict[str, str] = {}
    for value in values:
        for part in re.split(r"[,;]", value[:20_000]):
            tag = folded(part, LONGEST_TAG).lstrip("#").strip()
            if tag:
                found.setdefault(tag.casefold(), tag)
            if len(found) >= MOST_TAGS:
                return tuple(found.values())
    return tuple(found.values())


def innermost(trail: Iterable[str], headline: str) -> str | None:
    """The last step of a breadcrumb trail that is a section: neither the home page nor the article itself."""
    steps = [step for step in trail if step and key_of(step) not in _HOME and key_of(step) != key_of(headline)]
    return steps[-1] if steps else None


def language_of(declared: Iterable[str]) -> str | None:
    """The primary subtag of the first declared language, in lower case: "vi-VN" is "vi"."""
    for value in declared:
        found = _LANGUAGE.match(value.split(",")[0].strip().lower())
        if found:
            return found.group(1)
    return None


def canonical_of(href: str, url: str) -> str | None:
    """The declared address, absolute, if it lies on the page's own site (www., m. and amp. hosts are one site)."""
    try:
        address = urljoin(url, href.strip())
        parts = urlsplit(address)
        same = site_of(parts.hostname or "") == site_of(urlsplit(url).hostname or "")
    except ValueError:
        return None
    return address if same and parts.scheme in ("http", "https") else None


def site_of(host: str) -> str:
    """A host without the labels that name another edition of the same site."""
    labels = host.lower().split(".")
    while len(labels) > 2 and labels[0] in ("www", "m", "amp", "mobile", "mobi", "web"):
        labels = labels[1:]
    return ".".join(labels)
