"""Tells names of the outlet, its system and other sites from names of persons."""

from __future__ import annotations

import re

from archive.extract.bylines import FURNITURE_KEYS
from archive.extract.declared import outlet_key
from archive.rules.byline_words import VENDORS
from archive.text.folding import key_of

_VENDORS = frozenset(map(key_of, VENDORS))
_HOST_NAME = re.compile(r"^[\w.-]+\.(?:vn|com|net|org|de|at|ch|tv|info|news|co\.\w\w|\w\w)$|\b(?:com )?vn$", re.I)


def is_house(name: str, house: frozenset[str]) -> bool:
    """Whether a name is that of the outlet, its host or its CMS vendor."""
    return not house.isdisjoint((outlet_key(name), key_of(name))) or is_vendor(name) or bool(_HOST_NAME.search(name))


def is_other_site(name: str, house: frozenset[str]) -> bool:
    """Whether a name is the address of another site than the outlet's: a source."""
    return bool(_HOST_NAME.search(name)) and outlet_key(name) not in house


def is_vendor(name: str) -> bool:
    """Whether a name is what a system writes where nobody entered one, or a word of the page: `admin`, `Magazine`."""
    return key_of(name) in _VENDORS or key_of(name) in FURNITURE_KEYS
