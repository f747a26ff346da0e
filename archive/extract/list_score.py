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
from archive.text.folding import key_of

_LIST_PATH = re.compile(
    r"/(?:collections?|categor(?:y|ies)|c|cat|shop|store|browse|topics?|tags?|hub|sections?|departments?|list|search"
    r"|catalogs?|catalogue|authors?|channel|archive|chuyen-muc|danh-muc|products?|kategorie|thema|rubrique|seccion|page)"
    r"(?=[/?._-]|$)",
    re.I,
)
# the number of an article: `/?p=31228`, `/Default.aspx?NewsId=5`, `?tx_ttnews[tt_news]=5793`
ID_QUERY = re.compile(r"[?&](?:[\w-]*(?:id|nr|no)|p|[\w-]*(?:\[|%5B)?(?:tt_)?news(?:\]|%5D)?)=\d", re.I)
_FILE_EXTENSION = re.compile(r"\.\w{2,5}$")
_NON_WORD = re.compile(r"\W+")
_LONG_NUMBER = re.compile(r"\d{4,}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page declares about its kind, read before the body extractor consumes the tree.

    types: of its JSON-LD; article: it declares one; sections: keys of the texts of links to this page or a parent
    directory: in menus, its section; links, pictures, buttons: how many.
    """

    url: str
    title: str
    types: tuple[str, ...]
    og_type: str
    article: bool
    home: bool
    sections: frozenset[str]
    links: int
    pictures: int
    buttons: int


def likelihood(weights: dict[str, float], seen: dict[str, float]) -> float:
    """The likelihood that these weights give to what was seen."""
    weighed = sum(weights[name] * value for name, value in seen.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weighed))))


def likelihood_of_a_list(seen: Evidence, metadata: Metadata, body: Body) -> float:
    """The likelihood between 0 and 1 that the page is a list."""
    return likelihood(WEIGHTS, features(seen, metadata, body))


def features(seen: Evidence, metadata: Metadata, body: Body) -> dict[str, float]:
    """name -> value of every feature. section's name: its headline is the text of its own menu's link to it. unlinked
    text: the longest run of text without a headline's link."""
    values = {
        "bias": 1.0,
        "article": seen.article,
        "date": metadata.published_at is not None,
        "author": bool(metadata.authors),
        "og article": seen.og_type == "article",
        "articles declared": math.log1p(sum(kind.endswith(("article", "posting")) for kind in seen.types)),
        "section's name": key_of(metadata.headline or "") in seen.sections,
        "pictures": math.log1p(seen.pictures),
        "buttons": math.log1p(seen.buttons),
        "body's pictures": math.log1p(len(body.images)),
        "text": math.log1p(sum(len(block.text) for block in body.blocks)),
        "unlinked text": math.log1p(body.teasers.run),
        "teasers' links": math.log1p(body.teasers.links),
    }
    values |= _url_features(seen.url, metadata.headline or "")
    return {name: float(value) for name, value in values.items()}


def _url_features(url: str, headline: str) -> dict[str, float]:
    parts = urlsplit(url)
    path = unquote(parts.path)
    segments = [segment for segment in path.split("/") if segment]
    slug = _NON_WORD.split(_FILE_EXTENSION.sub("", segments[-1])) if segments else []
    words = [word for word in slug if len(word) > 1 and not word.isdigit()]
    key = key_of(headline)
    return {
        "headline's words": math.log1p(len(headline.split())),
        "slug's words": math.log1p(len(words)),
        "words shared": math.log1p(sum(key_of(word) in key for word in words)),
        "depth": math.log1p(len(segments)),
        "query": bool(parts.query) and not ID_QUERY.search(url),
        "list's path": bool(_LIST_PATH.search(path)),
        "number": bool(_LONG_NUMBER.search(path) or ID_QUERY.search(url)),
    }
