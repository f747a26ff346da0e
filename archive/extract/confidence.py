"""How likely a reading and its fields are right: logistic models over what the reader saw, with weights from
bench/train_confidence.py."""

from __future__ import annotations

import math

from archive.extract.body import Body
from archive.extract.confidence_weights import WEIGHTS
from archive.extract.element_text import MIN_PROSE
from archive.extract.list_score import likelihood
from archive.extract.metadata import Metadata
from archive.model.records import ReadableKind

WHOLE = ("headline", "published_at", "body")
_SENTENCE_ENDS = (".", "!", "?", "…", "”", '"')
_DECLARED = ("json-ld", "author", "article:author")


def confidence_of(
    kind: ReadableKind, metadata: Metadata, body: Body, list_likelihood: float
) -> tuple[tuple[str, float], ...]:
    """(field, likelihood between 0 and 1 that it is right); `reading`: headline, time and body together."""
    seen = evidence(kind, metadata, body, list_likelihood)
    fields = {field: likelihood(weights, seen) for field, weights in WEIGHTS.items()}
    return tuple((field, round(value, 2)) for field, value in {"reading": whole(fields), **fields}.items())


def whole(fields: dict[str, float]) -> float:
    """The likelihood that a reading is right as a whole: finds more wrong ones than weights of its own, learned from
    the few pages with all three labels."""
    return math.prod(value for field, value in fields.items() if field in WHOLE)


def evidence(kind: ReadableKind, metadata: Metadata, body: Body, list_likelihood: float) -> dict[str, float]:
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
