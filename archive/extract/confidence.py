"""How likely a reading and its fields are right: logistic models over what the reader saw, with weights from
bench/train_confidence.py."""

from __future__ import annotations

import math

from archive.extract.body import Body
from archive.extract.confidence_weights import WEIGHTS
from archive.extract.list_score import likelihood
from archive.extract.metadata import Metadata
from archive.model.records import ReadableKind

_MIN_PROSE = 60  # characters
_DECLARED = ("json-ld", "author", "article:author")


def confidence_of(
    kind: ReadableKind, metadata: Metadata, body: Body, list_likelihood: float
) -> tuple[tuple[str, float], ...]:
    """(field, likelihood between 0 and 1 that it is right); `reading`: headline, time and body together."""
    seen = evidence(kind, metadata, body, list_likelihood)
    return tuple((field, round(likelihood(weights, seen), 2)) for field, weights in WEIGHTS.items())


def evidence(kind: ReadableKind, metadata: Metadata, body: Body, list_likelihood: float) -> dict[str, float]:
    """name -> value of every sign of a reading that may be wrong. Votes: how many independent sources agree."""
    origins = dict(metadata.origins)
    values = {
        "bias": 1.0,
        "headline's votes": math.log1p(metadata.votes.headline),
        "headline shown": origins.get("headline", "").startswith(("h1", "h2")),
        "short headline": len(metadata.headline or "") < 25,
        "kicker": metadata.kicker is not None,
        "authors' votes": math.log1p(metadata.votes.authors),
        "no author": not metadata.authors,
        "author declared": origins.get("authors", "").startswith(_DECLARED),
        "author by house": "house" in origins.get("authors", ""),
        "one word": any(" " not in name for name in metadata.authors),
        "many authors": len(metadata.authors) > 2,
        "date's votes": math.log1p(metadata.votes.published),
        "no date": metadata.published_at is None,
        "no time": metadata.published_at is not None and metadata.published_at.strftime("%H%M%S") == "000000",
        "zone assumed": "assumed" in origins.get("published_at", ""),
        "like a list": list_likelihood,
        "other kind": kind != "article",
    }
    return {name: float(value) for name, value in (values | _body_evidence(body)).items()}


def _body_evidence(body: Body) -> dict[str, float]:
    texts = [len(block.text) for block in body.blocks if block.text]
    prose = [length for length in texts if length >= _MIN_PROSE]
    captioned = sum(image.caption is not None for image in body.images)
    return {
        "size": math.log1p(sum(texts)),
        "short pieces": 1 - len(prose) / max(1, len(texts)),
        "body declared": body.declared,
        "body guessed": body.guessed,
        "no lead": body.lead is None,
        "lists": sum(block.kind == "list" for block in body.blocks) / max(1, len(body.blocks)),
        "teasers": body.teasers.teasers / max(1, body.teasers.prose),
        "paywalled": body.paywalled,
        "pictures": math.log1p(len(body.images)),
        "without caption": math.log1p(len(body.images) - captioned),
        "captions": math.log1p(captioned),
        "without credit": math.log1p(sum(image.credit is None for image in body.images if image.caption)),
    }
