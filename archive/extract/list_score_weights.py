"""Weights of the signs by which archive/extract/list_score.py tells lists from articles: data, written by
bench/train_kinds.py. TRAINED_ON is the digest of the pages it learned from, their addresses and labels.
"""

from __future__ import annotations

TRAINED_ON = "sha256:a0eb332aff17dbb26f4d70468c304a5d89266ac67bba62f158c86e5902f7addb"  # 1279 pages
WEIGHTS: dict[str, float] = {
    "bias": 7.9718,
    "article": -1.0501,
    "date": -0.8896,
    "author": -0.7534,
    "og article": -0.9872,
    "item list": 1.0125,
    "shelf": 0.8122,
    "articles declared": -0.5693,
    "long links": 0.3909,
    "section's name": 0.6294,
    "guessed": 0.8201,
    "body declared": -0.4238,
    "paragraphs": -0.5639,
    "longest paragraph": -0.3186,
    "list items": -1.9047,
    "teasers": 0.6049,
    "teasers' links": 0.5265,
    "headline's length": -0.6228,
    "headline's words": -0.7866,
    "slug's words": -0.9682,
    "words shared": -0.8568,
    "share of words shared": 0.4515,
    "depth": -0.9413,
    "query": 0.8468,
    "list's path": 1.5820,
    "number": -0.7206,
}
