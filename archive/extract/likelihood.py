"""How likely a page is a list of other pages, and a reading and its fields are right: logistic models over what the
reader saw, with weights from bench/train_kinds.py and bench/train_confidence.py.

No feature decides alone. A section front, a topic, a shop category and a calendar have many list features; an article
has few, and some of its own: a URL slug made of its headline, a date, an author, a declared body.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from archive.extract.body import Body
from archive.extract.elements import MIN_PROSE
from archive.extract.learned_weights import FIELD_WEIGHTS, LIST_WEIGHTS
from archive.extract.metadata import Metadata
from archive.model.records import ReadableKind
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
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")  # Chinese and Japanese: says as much as three letters, half a word


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


def likelihood(weights: dict[str, float], signs: dict[str, float]) -> float:
    """The likelihood that these weights give to these signs."""
    weighed = sum(weights[name] * value for name, value in signs.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weighed))))


def likelihood_of_a_list(evidence: Evidence, metadata: Metadata, body: Body) -> float:
    """The likelihood between 0 and 1 that the page is a list."""
    return likelihood(LIST_WEIGHTS, features(evidence, metadata, body))


def features(evidence: Evidence, metadata: Metadata, body: Body) -> dict[str, float]:
    """name -> value of every feature. section's name: its headline is the text of its own menu's link to it. unlinked
    text: the longest run of text without a headline's link."""
    texts = [block.text for block in body.blocks]
    size = sum(map(len, texts))
    density = 1 + 2 * sum(len(_SIGN.findall(text)) for text in texts) / max(1, size)
    values = {
        "bias": 1.0,
        "article": evidence.article,
        "date": metadata.published_at is not None,
        "author": bool(metadata.authors),
        "og article": evidence.og_type == "article",
        "articles declared": math.log1p(sum(kind.endswith(("article", "posting")) for kind in evidence.types)),
        "section's name": key_of(metadata.headline or "") in evidence.sections,
        "pictures": math.log1p(evidence.pictures),
        "buttons": math.log1p(evidence.buttons),
        "body's pictures": math.log1p(len(body.images)),
        "text": math.log1p(density * size),
        "unlinked text": math.log1p(density * body.teasers.run),
        "teasers' links": math.log1p(body.teasers.links),
    }
    values |= _url_features(evidence.url, metadata.headline or "")
    return {name: float(value) for name, value in values.items()}


def _url_features(url: str, headline: str) -> dict[str, float]:
    parts = urlsplit(url)
    path = unquote(parts.path)
    segments = [segment for segment in path.split("/") if segment]
    slug = _NON_WORD.split(_FILE_EXTENSION.sub("", segments[-1])) if segments else []
    words = [word for word in slug if len(word) > 1 and not word.isdigit()]
    key = key_of(headline)
    return {
        "headline's words": math.log1p(len(headline.split()) + len(_SIGN.findall(headline)) / 2),
        "slug's words": math.log1p(len(words)),
        "words shared": math.log1p(sum(key_of(word) in key for word in words)),
        "depth": math.log1p(len(segments)),
        "query": bool(parts.query) and not ID_QUERY.search(url),
        "list's path": bool(_LIST_PATH.search(path)),
        "number": bool(_LONG_NUMBER.search(path) or ID_QUERY.search(url)),
    }


WHOLE = ("headline", "published_at", "body")
_SENTENCE_ENDS = (".", "!", "?", "…", "”", '"')
_DECLARED = ("json-ld", "author", "article:author")


def confidence_of(
    kind: ReadableKind, metadata: Metadata, body: Body, list_likelihood: float
) -> tuple[tuple[str, float], ...]:
    """(field, likelihood between 0 and 1 that it is right); `reading`: headline, time and body together."""
    signs = field_signs(kind, metadata, body, list_likelihood)
    fields = {field: likelihood(weights, signs) for field, weights in FIELD_WEIGHTS.items()}
    return tuple((field, round(value, 2)) for field, value in {"reading": whole(fields), **fields}.items())


def whole(fields: dict[str, float]) -> float:
    """The likelihood that a reading is right as a whole: finds more wrong ones than weights of its own, learned from
    the few pages with all three labels."""
    return math.prod(value for field, value in fields.items() if field in WHOLE)


def field_signs(kind: ReadableKind, metadata: Metadata, body: Body, list_likelihood: float) -> dict[str, float]:
    """name -> value of every sign of a reading that may be wrong. Votes: how many independent sources agree; other: how
    many differ."""
    values = {
        "bias": 1.0,
        "like a list": list_likelihood,
        "other kind": kind != "article",
        **_metadata_evidence(metadata),
        **_author_evidence(metadata),
        **_body_evidence(body),
        **_picture_evidence(body),
    }
    return {name: float(value) for name, value in values.items()}


def _metadata_evidence(metadata: Metadata) -> dict[str, float]:
    origins, votes = dict(metadata.origins), metadata.votes
    return {
        "headline's votes": math.log1p(votes.headline),
        "other headlines": math.log1p(votes.other_headlines),
        "headline shown": origins.get("headline", "").startswith(("h1", "h2")),
        "short headline": len(metadata.headline or "") < 25,
        "kicker": metadata.kicker is not None,
        "date's votes": math.log1p(votes.published),
        "other times": math.log1p(votes.other_times),
        "no date": metadata.published_at is None,
        "no time": metadata.published_at is not None and metadata.published_at.strftime("%H%M%S") == "000000",
        "zone assumed": "assumed" in origins.get("published_at", ""),
    }


def _author_evidence(metadata: Metadata) -> dict[str, float]:
    origin, authors = dict(metadata.origins).get("authors", ""), metadata.authors
    return {
        "authors' votes": math.log1p(metadata.votes.authors),
        "other authors": math.log1p(metadata.votes.other_authors),
        "no author": not authors,
        "author declared": origin.startswith(_DECLARED),
        "author by house": "house" in origin,
        "one word": any(" " not in name for name in authors),
        "one case": any(name.isupper() or name.islower() for name in authors),
        "long name": any(len(name.split()) > 3 for name in authors),
        "many authors": len(authors) > 2,
    }


def _body_evidence(body: Body) -> dict[str, float]:
    texts = [block.text for block in body.blocks if block.text]
    size = max(1, sum(map(len, texts)))
    prose = [text for text in texts if len(text) >= MIN_PROSE]
    return {
        "size": math.log(size),
        "short pieces": 1 - len(prose) / max(1, len(texts)),
        "short end": bool(texts) and len(texts[-1]) < MIN_PROSE,
        "sentences": sum(len(text) for text in texts if text.endswith(_SENTENCE_ENDS)) / size,
        "open prose": sum(text[-1].isalpha() for text in prose) / max(1, len(prose)),
        "share kept": body.share,
        "dropped": math.log1p(100 * (1 - min(1.0, body.share))),
        "share of page": body.of_page,
        "in one column": body.column,
        "links": math.log1p(body.links),
        "body declared": body.declared,
        "body guessed": body.guessed,
        "no lead": body.lead is None,
        "lists": sum(block.kind == "list" for block in body.blocks) / max(1, len(body.blocks)),
        "teasers": body.teasers.teasers / max(1, body.teasers.prose),
        "paywalled": body.paywalled,
    }


def _picture_evidence(body: Body) -> dict[str, float]:
    captions = [image.caption for image in body.images if image.caption]
    lengths = [len(caption) for caption in captions]
    return {
        "pictures": math.log1p(len(body.images)),
        "several pictures": len(body.images) > 1,
        "without caption": math.log1p(len(body.images) - len(captions)),
        "captions": math.log1p(len(captions)),
        "no caption": not captions,
        "captions alike": 1 - len(set(captions)) / max(1, len(captions)),
        "longest caption": math.log1p(max(lengths, default=0)),
        "shortest caption": math.log1p(min(lengths, default=0)),
        "pictures per caption": math.log1p(len(body.images) / max(1, len(captions))),
        "without credit": math.log1p(sum(image.credit is None for image in body.images if image.caption)),
    }
