"""Weights of the signs by which archive/extract/list_score.py tells lists from articles: data, written by
bench/train_kinds.py. TRAINED_ON is the digest of the pages it learned from, their addresses and labels.
"""

from __future__ import annotations

TRAINED_ON = "sha256:a0eb332aff17dbb26f4d70468c304a5d89266ac67bba62f158c86e5902f7addb"  # 1279 pages
WEIGHTS: dict[str, float] = {
    "bias": 8.9268,
    "article": -1.2282,
    "date": -0.7608,
    "author": -0.8793,
    "og article": -0.8615,
    "item list": 0.5968,
    "shelf": 0.5695,
    "articles declared": -0.5070,
    "long links": 0.1139,
    "section's name": 0.6007,
    "guessed": 0.4618,
    "body declared": -0.1372,
    "pictures": 0.6972,
    "body's pictures": -0.6542,
    "text": -0.3758,
    "sentences": -0.9270,
    "paragraphs": -0.2279,
    "longest paragraph": -0.2400,
    "list items": -1.0908,
    "teasers": 0.6221,
    "teasers' links": 0.6589,
    "headline's length": -0.5435,
    "headline's words": -0.7398,
    "slug's words": -0.8828,
    "words shared": -0.7215,
    "share of words shared": 0.3513,
    "depth": -0.9145,
    "query": 0.6802,
    "list's path": 1.6586,
    "number": -0.9825,
}
