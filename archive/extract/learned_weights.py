"""Weights of the signs by which archive/extract/likelihood.py tells lists from articles and right readings from wrong
ones: data. The digests are those of what they were learned from: pages, their addresses and labels.
"""

from __future__ import annotations

# written by bench/train_kinds.py
LISTS_TRAINED_ON = "sha256:a0eb332aff17dbb26f4d70468c304a5d89266ac67bba62f158c86e5902f7addb"  # 1279 pages
LIST_WEIGHTS: dict[str, float] = {
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

# written by bench/train_confidence.py
FIELDS_TRAINED_ON = "sha256:79fddc259f8562b3c107c76e116d07295ff561d1fff9a5133ffb149824485965"  # 1049 pages
_FIELDS = ("headline", "authors", "published_at", "captions", "body")
_BY_SIGN: dict[str, tuple[float, ...]] = {
    "bias": (1.597, 0.002, 0.894, 1.116, 1.700),
    "like a list": (0.004, -0.032, -0.004, -0.004, -0.501),
    "other kind": (-0.116, 0.020, 0.039, -0.123, 0.068),
    "headline's votes": (0.711, -0.335, -0.068, -0.121, 0.050),
    "other headlines": (-0.870, -0.081, 0.291, -0.203, 0.358),
    "headline shown": (0.144, 0.029, 0.007, -0.079, -0.098),
    "short headline": (0.044, 0.068, 0.025, -0.153, 0.014),
    "kicker": (0.104, -0.046, 0.085, -0.009, 0.014),
    "date's votes": (0.095, -0.291, 0.449, -0.069, -0.019),
    "other times": (-0.077, -0.158, -0.084, -0.429, 0.255),
    "no date": (0.011, 0.026, -0.142, 0.035, -0.136),
    "no time": (-0.069, -0.081, -0.372, -0.006, 0.086),
    "zone assumed": (0.060, -0.030, -0.112, -0.010, -0.068),
    "authors' votes": (-0.062, 0.683, 0.128, 0.052, 0.004),
    "other authors": (-0.055, -0.283, 0.120, 0.239, -0.101),
    "no author": (0.081, -0.326, 0.106, 0.179, 0.203),
    "author declared": (-0.205, 0.409, 0.190, 0.019, 0.022),
    "author by house": (0.007, 0.040, -0.037, 0.012, 0.114),
    "one word": (0.252, -0.016, -0.141, 0.046, -0.013),
    "one case": (0.032, 0.067, 0.081, 0.108, -0.015),
    "long name": (0.008, 0.005, 0.004, 0.004, -0.291),
    "many authors": (-0.462, 0.054, 0.030, 0.028, -0.106),
    "size": (0.245, 0.226, 0.256, 0.155, -0.051),
    "short pieces": (0.059, -0.025, 0.048, -0.138, -0.218),
    "short end": (-0.118, -0.189, -0.082, -0.039, -0.213),
    "sentences": (0.243, 0.176, 0.078, 0.213, 1.005),
    "open prose": (-0.172, -0.038, -0.067, 0.068, -0.293),
    "share kept": (0.095, 0.018, 0.068, 0.073, 0.191),
    "dropped": (0.100, -0.062, -0.213, -0.129, -0.605),
    "share of page": (-0.090, 0.097, 0.011, 0.268, 0.301),
    "in one column": (0.099, -0.090, 0.013, 0.112, 0.452),
    "links": (-0.003, 0.077, 0.100, -0.419, 0.226),
    "body declared": (-0.261, 0.115, 0.185, 0.283, -0.160),
    "body guessed": (0.000, 0.000, 0.000, 0.000, 0.000),
    "no lead": (0.163, 0.083, -0.125, 0.199, 0.121),
    "lists": (-0.026, -0.024, 0.019, -0.089, 0.204),
    "teasers": (0.027, -0.018, 0.042, 0.005, -0.232),
    "paywalled": (0.035, -0.092, 0.033, -0.224, -0.060),
    "pictures": (-0.406, -0.037, -0.243, -0.049, -0.061),
    "several pictures": (0.003, 0.054, -0.085, -0.564, -0.017),
    "without caption": (0.285, 0.121, -0.022, 0.228, -0.226),
    "captions": (-0.607, -0.009, -0.138, -0.336, -0.203),
    "no caption": (0.100, -0.031, 0.070, 0.105, -0.070),
    "captions alike": (0.050, -0.006, 0.008, 0.093, -0.205),
    "longest caption": (-0.117, 0.073, 0.149, -0.024, 0.082),
    "shortest caption": (-0.052, 0.128, -0.029, 0.338, -0.026),
    "pictures per caption": (0.204, -0.024, -0.121, 0.284, 0.295),
    "without credit": (-0.097, 0.108, -0.337, 0.200, -0.311),
}
FIELD_WEIGHTS = {
    field: {sign: weights[number] for sign, weights in _BY_SIGN.items()} for number, field in enumerate(_FIELDS)
}
