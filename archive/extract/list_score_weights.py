"""Weights of the signs by which archive/extract/list_score.py tells lists from articles: data, written by
bench/train_kinds.py. TRAINED_ON is the digest of the pages it learned from, their addresses and labels.
"""

from __future__ import annotations

TRAINED_ON = "sha256:a0eb332aff17dbb26f4d70468c304a5d89266ac67bba62f158c86e5902f7addb"  # 1279 pages
WEIGHTS: dict[str, float] = {
    "bias": 7.6828,
    "article": -1.2305,
    "date": -0.5376,
    "author": -1.2950,
    "og article": -0.8512,
    "articles declared": -0.7088,
    "section's name": 0.6784,
    "pictures": 0.6498,
    "buttons": 0.5903,
    "body's pictures": -0.7091,
    "text": -0.3927,
    "unlinked text": -0.4046,
    "teasers' links": 0.6806,
    "headline's words": -1.0956,
    "slug's words": -1.0353,
    "words shared": -0.5754,
    "depth": -1.0114,
    "query": 0.8423,
    "list's path": 1.5412,
    "number": -0.9061,
}
