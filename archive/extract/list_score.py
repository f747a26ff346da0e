"""How much a page looks like a list of other pages: signs for and against, weighed as bench/train_kinds.py learned.

No sign decides alone. A section's front, a topic, a shop's shelf and a calendar have many; an article has few of them
and some of its own: an address made of its headline, a date, an author, a body that the page declares.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from archive.extract.body import Body
from archive.extract.list_score_weights import WEIGHTS
from archive.extract.metadata import Metadata
from archive.extract.parsed_page import Page
from archive.text.folding import key_of

_MOST_THINGS = 400  # linked-data objects looked at
_LISTS = frozenset({"ItemList", "CollectionPage"})
_SHELVES = frozenset({"Product", "OfferCatalog"})
_LIST_PATH = re.compile(
    r"/(?:collections?|categor(?:y|ies)|c|cat|shop|store|browse|topics?|tags?|hub|sections?|departments?|list|search"
    r"|catalogs?|catalogue|authors?|channel|archive|chuyen-muc|danh-muc|products?|kategorie|thema|rubrique|seccion|page)"
    r"(?=[/?._-]|$)",
    re.I,
)
_ENDING = re.compile(r"\.\w{2,5}$")
_NO_LETTERS = re.compile(r"\W+")
_NUMBER = re.compile(r"\d{4,}")
_PROSE = 60  # characters


@dataclass(frozen=True, slots=True)
class Signs:
    """What a page's head and address say. types: of its linked data; og_type: in lower case."""

    types: tuple[str, ...]
    og_type: str
    url: str


def signs_of(page: Page) -> Signs:
    """Read before the tree is taken apart."""
    given = [one.get("@type") for one in page.linked_data[:_MOST_THINGS]]
    types = [kind for one in given for kind in (one if isinstance(one, list) else [one]) if isinstance(kind, str)]
    return Signs(tuple(types), (page.metas.get("og:type") or [""])[0].strip().lower(), page.url)


def likelihood_of_a_list(features: dict[str, float]) -> float:
    """Between 0 and 1; 1 is surely a list."""
    weighed = sum(WEIGHTS[name] * value for name, value in features.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weighed))))


def features(signs: Signs, declared: bool, named_as_section: bool, metadata: Metadata, body: Body) -> dict[str, float]:
    """name -> value of every sign. declared: the page says that it is an article; named_as_section: its headline is
    the name under which its own menu links to it."""
    found = {
        "bias": 1.0,
        "article": declared,
        "date": metadata.published_at is not None,
        "author": bool(metadata.authors),
        "og article": signs.og_type == "article",
        "item list": any(kind in _LISTS for kind in signs.types),
        "shelf": signs.og_type.startswith("product") or any(kind in _SHELVES for kind in signs.types),
        "articles declared": math.log1p(sum(kind.endswith(("Article", "Posting")) for kind in signs.types)),
        "long links": math.log1p(body.links),
        "section's name": named_as_section,
        "guessed": body.guessed,
        "body declared": body.declared,
    }
    found |= _of_body(body) | _of_address(signs.url, metadata.headline or "")
    return {name: float(value) for name, value in found.items()}


def _of_body(body: Body) -> dict[str, float]:
    prose = [len(one.text) for one in body.blocks if one.kind in ("paragraph", "quote") and len(one.text) >= _PROSE]
    return {
        "paragraphs": math.log1p(len(prose)),
        "longest paragraph": math.log1p(max(prose, default=0)),
        "list items": sum(one.kind == "list" for one in body.blocks) / max(1, len(body.blocks)),
        "teasers": body.teasers.teasers / max(1, body.teasers.prose),
        "teasers' links": math.log1p(body.teasers.links),
    }


def _of_address(url: str, headline: str) -> dict[str, float]:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    path = unquote(parts.path)
    steps = [step for step in path.split("/") if step]
    slug = _NO_LETTERS.split(_ENDING.sub("", steps[-1])) if steps else []
    words = [word for word in slug if len(word) > 1 and not word.isdigit()]
    key = key_of(headline)
    shared = sum(key_of(word) in key for word in words)
    return {
        "headline's length": math.log1p(len(headline)),
        "headline's words": math.log1p(len(headline.split())),
        "slug's words": math.log1p(len(words)),
        "words shared": math.log1p(shared),
        "share of words shared": shared / max(1, len(words)),
        "depth": math.log1p(len(steps)),
        "query": bool(parts.query),
        "list's path": bool(_LIST_PATH.search(path)),
        "number": bool(_NUMBER.search(path)),
    }
