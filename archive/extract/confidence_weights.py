"""Weights of the signs by which archive/extract/confidence.py tells right readings from wrong ones: data, written
by bench/train_confidence.py. TRAINED_ON is the digest of what it learned from.
"""

from __future__ import annotations

TRAINED_ON = "sha256:451f6b86a208c37b7f468ea8406ebb0a4cb6fe5b296546fb0a002a94d1cb3ace"  # 1049 pages
_FIELDS = ("headline", "authors", "published_at", "captions", "body")
_BY_SIGN: dict[str, tuple[float, ...]] = {
    "bias": (1.313, 0.150, 0.225, 1.435, 1.017),
    "like a list": (0.005, -0.093, 0.001, -0.066, -0.449),
    "other kind": (-0.111, 0.019, 0.029, -0.116, -0.054),
    "headline's votes": (0.757, -0.413, -0.124, -0.129, 0.108),
    "other headlines": (-0.937, 0.028, 0.323, -0.080, 0.248),
    "headline shown": (0.243, 0.014, -0.053, -0.084, -0.149),
    "short headline": (0.030, 0.083, 0.023, -0.019, -0.017),
    "kicker": (0.110, -0.192, 0.106, 0.036, 0.085),
    "date's votes": (0.080, -0.380, 0.527, -0.148, 0.055),
    "other times": (-0.086, -0.151, -0.037, -0.445, -0.008),
    "no date": (0.020, 0.058, -0.279, 0.050, -0.174),
    "no time": (-0.064, -0.234, -0.478, 0.041, 0.048),
    "zone assumed": (0.062, -0.150, -0.098, 0.021, -0.031),
    "authors' votes": (0.032, 0.650, 0.231, 0.090, -0.075),
    "other authors": (-0.029, -0.073, 0.015, 0.176, -0.196),
    "no author": (-0.045, -0.328, -0.019, 0.193, 0.136),
    "author declared": (-0.126, 0.288, 0.191, 0.162, 0.145),
    "author by house": (-0.008, 0.029, -0.000, 0.114, 0.158),
    "one word": (0.276, -0.468, -0.204, 0.095, 0.167),
    "one case": (0.045, -0.378, -0.005, 0.208, 0.138),
    "long name": (0.010, -0.136, 0.010, 0.013, -0.197),
    "many authors": (-0.449, 0.082, 0.031, 0.034, -0.079),
    "size": (0.171, 0.218, 0.277, -0.004, 0.042),
    "short pieces": (0.062, -0.032, 0.077, -0.190, -0.290),
    "short end": (-0.064, -0.292, -0.048, 0.126, -0.187),
    "sentences": (0.222, 0.107, 0.008, 0.156, 1.041),
    "open prose": (-0.174, -0.032, -0.059, 0.090, -0.306),
    "share kept": (0.072, 0.031, 0.013, 0.074, 0.112),
    "dropped": (0.122, 0.045, -0.117, -0.140, -0.550),
    "share of page": (-0.107, 0.077, 0.076, 0.168, 0.383),
    "in one column": (0.124, 0.000, -0.062, 0.170, 0.441),
    "links": (0.069, 0.152, 0.205, -0.329, 0.173),
    "body declared": (-0.230, 0.185, 0.215, 0.208, -0.061),
    "body guessed": (0.000, 0.000, 0.000, 0.000, 0.000),
    "no lead": (0.111, 0.038, -0.144, 0.144, 0.109),
    "lists": (-0.013, -0.048, 0.031, -0.031, 0.207),
    "teasers": (0.028, -0.008, 0.042, 0.010, -0.211),
    "paywalled": (0.027, -0.086, 0.029, -0.115, 0.024),
    "pictures": (-0.411, -0.053, -0.203, 0.111, -0.081),
    "several pictures": (-0.064, 0.107, 0.008, -0.534, 0.024),
    "without caption": (0.200, 0.035, -0.017, 0.342, -0.180),
    "captions": (-0.579, 0.031, -0.107, -0.239, -0.207),
    "no caption": (0.044, -0.059, 0.035, 0.074, -0.128),
    "captions alike": (-0.010, -0.036, -0.032, 0.106, -0.264),
    "longest caption": (-0.039, 0.120, 0.153, -0.084, -0.095),
    "shortest caption": (-0.012, -0.047, -0.047, 0.469, 0.065),
    "pictures per caption": (0.195, -0.047, -0.123, 0.373, 0.300),
    "without credit": (-0.045, 0.145, -0.270, -0.076, -0.134),
}
WEIGHTS = {field: {sign: weights[number] for sign, weights in _BY_SIGN.items()} for number, field in enumerate(_FIELDS)}
