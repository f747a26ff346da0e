"""Weights of the signs by which archive/extract/list_score.py tells lists from articles: data, written by
bench/train_kinds.py. TRAINED_ON is the digest of the pages it learned from, their addresses and labels.
"""

from __future__ import annotations

TRAINED_ON = "sha256:a0eb332aff17dbb26f4d70468c304a5d89266ac67bba62f158c86e5902f7addb"  # 1279 pages
WEIGHTS: dict[str, float] = {
    "bias": 7.6594,
    "article": -1.2982,
    "date": -0.4177,
    "author": -1.2838,
    "og article": -0.8951,
    "articles declared": -0.7341,
    "section's name": 0.6799,
    "pictures": 0.6377,
    "buttons": 0.5904,
    "body's pictures": -0.7234,
    "text": -0.3732,
    "unlinked text": -0.4129,
    "teasers' links": 0.6817,
    "headline's words": -1.0993,
    "slug's words": -1.0363,
    "words shared": -0.5767,
    "depth": -1.0547,
    "query": 0.9260,
    "list's path": 1.6130,
    "number": -0.7965,
}
