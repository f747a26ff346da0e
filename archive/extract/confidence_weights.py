"""Weights of the signs by which archive/extract/confidence.py tells right readings from wrong ones: data, written
by bench/train_confidence.py. TRAINED_ON is the digest of what it learned from.
"""

from __future__ import annotations

TRAINED_ON = "sha256:9624c856f581e36735e7d5c06c0992af9073452e33d19219ca88e8b19cb56c68"  # 1049 pages
_FIELDS = ("headline", "authors", "published_at", "captions", "body")
_BY_SIGN: dict[str, tuple[float, ...]] = {
    "bias": (1.321, 0.217, 0.275, 1.161, 0.244),
    "like a list": (0.005, -0.087, 0.001, -0.066, -0.423),
    "other kind": (-0.110, 0.020, 0.030, -0.117, -0.042),
    "headline's votes": (0.757, -0.425, -0.121, -0.144, 0.098),
    "other headlines": (-0.936, 0.058, 0.319, -0.100, 0.207),
    "headline shown": (0.244, 0.018, -0.049, -0.098, -0.206),
    "short headline": (0.031, 0.080, 0.020, -0.023, -0.085),
    "kicker": (0.110, -0.183, 0.105, 0.031, 0.111),
    "date's votes": (0.080, -0.437, 0.528, -0.144, 0.010),
    "other times": (-0.085, -0.107, -0.033, -0.462, -0.049),
    "no date": (0.020, 0.061, -0.279, 0.040, -0.180),
    "no time": (-0.064, -0.238, -0.480, 0.040, 0.062),
    "zone assumed": (0.062, -0.143, -0.099, 0.029, -0.027),
    "authors' votes": (0.034, 0.662, 0.237, 0.067, -0.032),
    "other authors": (-0.028, -0.098, 0.016, 0.170, -0.206),
    "no author": (-0.046, -0.314, -0.022, 0.212, 0.219),
    "author declared": (-0.129, 0.349, 0.185, 0.137, 0.148),
    "author by house": (-0.010, 0.026, -0.008, 0.113, 0.174),
    "one word": (0.278, -0.455, -0.204, 0.124, 0.019),
    "one case": (0.046, -0.360, -0.007, 0.207, 0.198),
    "long name": (0.010, -0.135, 0.010, 0.010, -0.195),
    "many authors": (-0.449, 0.089, 0.031, 0.030, -0.058),
    "size": (0.169, 0.190, 0.270, 0.092, 0.148),
    "short pieces": (0.065, -0.074, 0.072, -0.075, -0.310),
    "short end": (-0.058, -0.353, -0.045, 0.102, -0.204),
    "sentences": (0.221, 0.111, 0.016, 0.072, 1.113),
    "open prose": (-0.174, -0.025, -0.059, 0.081, -0.363),
    "share kept": (0.075, 0.019, 0.017, 0.090, 0.071),
    "dropped": (0.120, 0.056, -0.102, -0.245, -0.591),
    "share of page": (-0.109, 0.043, 0.070, 0.197, 0.432),
    "in one column": (0.124, 0.057, -0.054, -0.030, 0.411),
    "links": (0.070, 0.156, 0.203, -0.335, 0.154),
    "body declared": (-0.230, 0.195, 0.213, 0.220, -0.005),
    "body guessed": (0.000, 0.000, 0.000, 0.000, 0.000),
    "no lead": (0.114, 0.086, -0.142, 0.074, 0.128),
    "lists": (-0.009, -0.036, 0.034, -0.041, 0.208),
    "teasers": (0.029, -0.008, 0.040, 0.031, -0.121),
    "paywalled": (0.014, 0.032, 0.010, 0.015, -0.074),
    "pictures": (-0.410, -0.029, -0.207, 0.097, -0.064),
    "several pictures": (-0.064, 0.073, 0.003, -0.526, 0.049),
    "without caption": (0.201, 0.065, -0.022, 0.331, -0.223),
    "captions": (-0.579, 0.037, -0.106, -0.242, -0.212),
    "no caption": (0.045, -0.021, 0.039, 0.057, -0.162),
    "captions alike": (-0.009, 0.003, -0.027, 0.089, -0.302),
    "longest caption": (-0.039, -0.001, 0.152, -0.109, -0.093),
    "shortest caption": (-0.011, 0.095, -0.049, 0.480, 0.041),
    "pictures per caption": (0.196, -0.054, -0.128, 0.361, 0.318),
    "without credit": (-0.046, 0.173, -0.268, -0.089, -0.125),
}
WEIGHTS = {field: {sign: weights[number] for sign, weights in _BY_SIGN.items()} for number, field in enumerate(_FIELDS)}
