"""Scores how likely a page is a list of other pages: a logistic model with weights from bench/train_kinds.py.

No feature decides alone. A section front, a topic, a shop category and a calendar have many list features; an article
has few, and some of its own: a URL slug made of its headline, a date, an author, a declared body.
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

_MAX_THINGS = 400  # JSON-LD objects read
_LIST_TYPES = frozenset({"ItemList", "CollectionPage"})
_PRODUCT_TYPES = frozenset({"Product", "OfferCatalog"})
_LIST_PATH = re.compile(
    r"/(?:collections?|categor(?:y|ies)|c|cat|shop|store|browse|topics?|tags?|hub|sections?|departments?|list|search"
    r"|catalogs?|catalogue|authors?|channel|archive|chuyen-muc|danh-muc|products?|kategorie|thema|rubrique|seccion|page)"
    r"(?=[/?._-]|$)",
    re.I,
)
_FILE_EXTENSION = re.compile(r"\.\w{2,5}$")
_NON_WORD = re.compile(r"\W+")
_LONG_NUMBER = re.compile(r"\d{4,}")
_SENTENCE_ENDS = (".", "!", "?", "…", '."', ".”", "。", "।")


@dataclass(frozen=True, slots=True)
class PageFeatures:
    """Features of a page's head and URL. types: of its JSON-LD; og_type: in lower case; pictures: on the whole page."""

    types: tuple[str, ...]
    og_type: str
    url: str
    pictures: int


def page_features(page: Page) -> PageFeatures:
    """Reads the signs; must run before the body extractor consumes the tree."""
    type_values = [thing.get("@type") for thing in page.linked_data[:_MAX_THINGS]]
    types = [
        kind
        for type_value in type_values
        for kind in (type_value if isinstance(type_value, list) else [type_value])
        if isinstance(kind, str)
    ]
    og_type = (page.metas.get("og:type") or [""])[0].strip().lower()
    return PageFeatures(tuple(types), og_type, page.url, sum(1 for _ in page.root.iter("img")))


def likelihood_of_a_list(features: dict[str, float]) -> float:
    """Likelihood between 0 and 1 that the page is a list."""
    return likelihood(WEIGHTS, features)


def likelihood(weights: dict[str, float], seen: dict[str, float]) -> float:
    """The likelihood that these weights give to what was seen."""
    weighed = sum(weights[name] * value for name, value in seen.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weighed))))


def features(
    signs: PageFeatures, declared: bool, named_as_section: bool, metadata: Metadata, body: Body
) -> dict[str, float]:
    """name -> value of every feature. declared: the page declares an article; named_as_section: its headline is the
    link text under which its own menu links to it."""
    values = {
        "bias": 1.0,
        "article": declared,
        "date": metadata.published_at is not None,
        "author": bool(metadata.authors),
        "og article": signs.og_type == "article",
        "item list": any(kind in _LIST_TYPES for kind in signs.types),
        "shelf": signs.og_type.startswith("product") or any(kind in _PRODUCT_TYPES for kind in signs.types),
        "articles declared": math.log1p(sum(kind.endswith(("Article", "Posting")) for kind in signs.types)),
        "long links": math.log1p(body.links),
        "section's name": named_as_section,
        "guessed": body.guessed,
        "body declared": body.declared,
        "pictures": math.log1p(signs.pictures),
        "body's pictures": math.log1p(len(body.images)),
    }
    values |= _body_features(body) | _url_features(signs.url, metadata.headline or "")
    return {name: float(value) for name, value in values.items()}


def _body_features(body: Body) -> dict[str, float]:
    prose_lengths = body.prose_lengths
    texts = [block.text for block in body.blocks if block.text]
    size = sum(map(len, texts))
    return {
        "text": math.log1p(size),
        "sentences": sum(len(text) for text in texts if text.endswith(_SENTENCE_ENDS)) / max(1, size),
        "paragraphs": math.log1p(len(prose_lengths)),
        "longest paragraph": math.log1p(max(prose_lengths, default=0)),
        "list items": sum(block.kind == "list" for block in body.blocks) / max(1, len(body.blocks)),
        "teasers": body.teasers.teasers / max(1, body.teasers.prose),
        "teasers' links": math.log1p(body.teasers.links),
    }


def _url_features(url: str, headline: str) -> dict[str, float]:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    path = unquote(parts.path)
    segments = [segment for segment in path.split("/") if segment]
    slug = _NON_WORD.split(_FILE_EXTENSION.sub("", segments[-1])) if segments else []
    words = [word for word in slug if len(word) > 1 and not word.isdigit()]
    key = key_of(headline)
    shared = sum(key_of(word) in key for word in words)
    return {
        "headline's length": math.log1p(len(headline)),
        "headline's words": math.log1p(len(headline.split())),
        "slug's words": math.log1p(len(words)),
        "words shared": math.log1p(shared),
        "share of words shared": shared / max(1, len(words)),
        "depth": math.log1p(len(segments)),
        "query": bool(parts.query),
        "list's path": bool(_LIST_PATH.search(path)),
        "number": bool(_LONG_NUMBER.search(path)),
    }
