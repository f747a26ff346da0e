"""Weights of the signs by which archive/extract/confidence.py tells right readings from wrong ones: data, written
by bench/train_confidence.py. TRAINED_ON is the digest of what it learned from.
"""

from __future__ import annotations

TRAINED_ON = "sha256:62c01aa2506e8c9013a8459be1012729c615584eb70cc123f168429366ac9a62"  # 1043 pages
_FIELDS = ("headline", "authors", "published_at", "captions", "body")
_BY_SIGN: dict[str, tuple[float, ...]] = {
    "bias": (1.315, 0.182, 0.265, 1.223, -0.159),
    "like a list": (-0.015, -0.091, -0.026, -0.021, -0.366),
    "other kind": (-0.110, 0.019, 0.029, -0.115, -0.005),
    "headline's votes": (0.756, -0.456, -0.123, -0.145, 0.166),
    "other headlines": (-0.936, 0.061, 0.317, -0.093, 0.182),
    "headline shown": (0.243, 0.010, -0.049, -0.093, -0.220),
    "short headline": (0.032, 0.080, 0.019, -0.028, -0.087),
    "kicker": (0.109, -0.182, 0.104, 0.032, 0.163),
    "date's votes": (0.080, -0.457, 0.526, -0.134, 0.199),
    "other times": (-0.085, -0.086, -0.034, -0.464, -0.079),
    "no date": (0.020, 0.069, -0.278, 0.037, -0.229),
    "no time": (-0.065, -0.228, -0.482, 0.041, 0.150),
    "zone assumed": (0.062, -0.140, -0.099, 0.029, -0.053),
    "authors' votes": (0.034, 0.698, 0.234, 0.067, -0.039),
    "other authors": (-0.028, -0.062, 0.015, 0.171, -0.163),
    "no author": (-0.044, -0.359, -0.018, 0.211, 0.263),
    "author declared": (-0.128, 0.386, 0.182, 0.131, 0.081),
    "author by house": (-0.011, 0.032, -0.009, 0.119, 0.075),
    "one word": (0.277, -0.487, -0.213, 0.135, 0.060),
    "one case": (0.045, -0.383, -0.014, 0.201, 0.205),
    "long name": (0.010, -0.135, 0.010, 0.010, -0.294),
    "many authors": (-0.449, 0.090, 0.031, 0.032, -0.094),
    "size": (0.170, 0.178, 0.273, 0.085, 0.170),
    "short pieces": (0.066, -0.063, 0.074, -0.070, -0.340),
    "short end": (-0.064, -0.329, -0.054, 0.183, -0.275),
    "sentences": (0.221, 0.104, 0.017, 0.069, 1.053),
    "open prose": (-0.174, -0.025, -0.060, 0.078, -0.327),
    "share kept": (0.072, 0.002, 0.005, 0.163, 0.160),
    "dropped": (0.118, 0.083, -0.083, -0.262, -0.614),
    "share of page": (-0.109, 0.091, 0.073, 0.190, 0.394),
    "in one column": (0.122, 0.024, -0.059, -0.034, 0.494),
    "links": (0.070, 0.183, 0.200, -0.338, 0.132),
    "body declared": (-0.229, 0.219, 0.213, 0.211, 0.019),
    "body guessed": (0.000, 0.000, 0.000, 0.000, 0.000),
    "no lead": (0.118, 0.167, -0.112, 0.002, 0.015),
    "lists": (-0.009, -0.029, 0.033, -0.042, 0.280),
    "teasers": (0.030, -0.007, 0.040, 0.021, -0.165),
    "paywalled": (0.015, 0.049, 0.022, -0.065, -0.129),
    "pictures": (-0.411, -0.036, -0.209, 0.094, -0.068),
    "several pictures": (-0.063, 0.018, 0.002, -0.522, 0.099),
    "without caption": (0.201, 0.048, -0.024, 0.332, -0.273),
    "captions": (-0.579, 0.050, -0.106, -0.239, -0.296),
    "no caption": (0.045, -0.032, 0.038, 0.066, -0.101),
    "captions alike": (-0.010, -0.009, -0.028, 0.097, -0.285),
    "longest caption": (-0.038, 0.014, 0.152, -0.115, 0.076),
    "shortest caption": (-0.010, 0.096, -0.051, 0.483, -0.149),
    "pictures per caption": (0.196, -0.069, -0.131, 0.351, 0.361),
    "without credit": (-0.046, 0.188, -0.265, -0.100, -0.116),
}
WEIGHTS = {field: {sign: weights[number] for sign, weights in _BY_SIGN.items()} for number, field in enumerate(_FIELDS)}
