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
FIELDS_TRAINED_ON = "sha256:537bf63a4a8b023b2f71dc281d04cef466e80f644da43461ae341f24aa5ca4f7"  # 1049 pages
_FIELDS = ("headline", "authors", "published_at", "captions", "body")
_BY_SIGN: dict[str, tuple[float, ...]] = {
    "bias": (1.544, 0.158, 0.224, 1.456, 1.367),
    "like a list": (0.008, -0.098, -0.000, -0.067, -0.497),
    "other kind": (-0.106, 0.019, 0.030, -0.118, 0.076),
    "headline's votes": (0.707, -0.402, -0.124, -0.118, 0.098),
    "other headlines": (-0.858, 0.031, 0.324, -0.082, 0.321),
    "headline shown": (0.140, 0.010, -0.054, -0.090, -0.104),
    "short headline": (0.032, 0.083, 0.023, -0.018, 0.004),
    "kicker": (0.100, -0.190, 0.106, 0.034, 0.022),
    "date's votes": (0.114, -0.381, 0.528, -0.148, 0.037),
    "other times": (-0.121, -0.134, -0.035, -0.435, 0.143),
    "no date": (0.014, 0.058, -0.279, 0.050, -0.063),
    "no time": (-0.071, -0.232, -0.476, 0.038, 0.181),
    "zone assumed": (0.058, -0.146, -0.097, 0.015, -0.158),
    "authors' votes": (-0.038, 0.654, 0.234, 0.094, -0.087),
    "other authors": (-0.056, -0.077, 0.014, 0.180, -0.047),
    "no author": (0.062, -0.322, -0.017, 0.200, 0.099),
    "author declared": (-0.187, 0.277, 0.189, 0.159, 0.104),
    "author by house": (-0.021, 0.026, -0.001, 0.116, 0.060),
    "one word": (0.266, -0.472, -0.203, 0.099, 0.099),
    "one case": (0.050, -0.373, -0.004, 0.208, 0.114),
    "long name": (0.010, -0.137, 0.010, 0.013, -0.250),
    "many authors": (-0.460, 0.082, 0.031, 0.034, -0.126),
    "size": (0.253, 0.220, 0.279, -0.007, -0.002),
    "short pieces": (0.050, -0.027, 0.076, -0.189, -0.243),
    "short end": (-0.107, -0.293, -0.050, 0.128, -0.131),
    "sentences": (0.247, 0.107, 0.007, 0.158, 1.003),
    "open prose": (-0.170, -0.033, -0.059, 0.092, -0.292),
    "share kept": (0.091, 0.032, 0.013, 0.075, 0.143),
    "dropped": (0.109, 0.050, -0.113, -0.153, -0.556),
    "share of page": (-0.081, 0.074, 0.077, 0.175, 0.295),
    "in one column": (0.094, -0.002, -0.062, 0.161, 0.399),
    "links": (0.015, 0.127, 0.202, -0.330, 0.210),
    "body declared": (-0.259, 0.182, 0.215, 0.209, -0.123),
    "body guessed": (0.000, 0.000, 0.000, 0.000, 0.000),
    "no lead": (0.179, 0.107, -0.150, 0.148, 0.115),
    "lists": (-0.024, -0.049, 0.032, -0.037, 0.214),
    "teasers": (0.026, -0.007, 0.042, 0.010, -0.227),
    "paywalled": (0.023, -0.087, 0.029, -0.113, -0.082),
    "pictures": (-0.423, -0.052, -0.204, 0.114, -0.097),
    "several pictures": (-0.096, 0.102, 0.007, -0.536, 0.048),
    "without caption": (0.217, 0.039, -0.017, 0.343, -0.196),
    "captions": (-0.596, 0.029, -0.108, -0.233, -0.217),
    "no caption": (0.102, -0.059, 0.035, 0.074, -0.100),
    "captions alike": (0.046, -0.037, -0.031, 0.107, -0.252),
    "longest caption": (-0.100, 0.123, 0.153, -0.087, 0.026),
    "shortest caption": (-0.072, -0.049, -0.047, 0.467, -0.014),
    "pictures per caption": (0.173, -0.044, -0.124, 0.371, 0.283),
    "without credit": (-0.059, 0.143, -0.272, -0.089, -0.216),
}
FIELD_WEIGHTS = {
    field: {sign: weights[number] for sign, weights in _BY_SIGN.items()} for number, field in enumerate(_FIELDS)
}
