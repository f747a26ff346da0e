"""Weights of the signs by which archive/extract/confidence.py tells right readings from wrong ones: data, written
by bench/train_confidence.py. TRAINED_ON is the digest of what it learned from.
"""

from __future__ import annotations

TRAINED_ON = "sha256:8ecbeb186fb5cc8e84ac763cb43c0a062370913c3ac9101ecd436c112ba2fc67"  # 1043 pages
_FIELDS = ("headline", "authors", "published_at", "captions", "body")
_BY_SIGN: dict[str, tuple[float, ...]] = {
    "bias": (1.315, 0.163, 0.265, 1.223, -0.157),
    "like a list": (-0.015, -0.089, -0.026, -0.021, -0.366),
    "other kind": (-0.110, 0.020, 0.030, -0.115, -0.004),
    "headline's votes": (0.756, -0.425, -0.123, -0.145, 0.164),
    "other headlines": (-0.936, 0.055, 0.317, -0.093, 0.181),
    "headline shown": (0.243, 0.016, -0.049, -0.093, -0.221),
    "short headline": (0.032, 0.079, 0.019, -0.028, -0.086),
    "kicker": (0.109, -0.188, 0.104, 0.032, 0.164),
    "date's votes": (0.080, -0.441, 0.525, -0.134, 0.197),
    "other times": (-0.085, -0.107, -0.034, -0.464, -0.079),
    "no date": (0.020, 0.062, -0.278, 0.037, -0.229),
    "no time": (-0.065, -0.243, -0.482, 0.041, 0.150),
    "zone assumed": (0.062, -0.142, -0.099, 0.029, -0.051),
    "authors' votes": (0.035, 0.664, 0.239, 0.067, -0.051),
    "other authors": (-0.028, -0.099, 0.014, 0.171, -0.127),
    "no author": (-0.045, -0.317, -0.025, 0.211, 0.262),
    "author declared": (-0.128, 0.351, 0.181, 0.131, 0.087),
    "author by house": (-0.011, 0.025, -0.009, 0.119, 0.054),
    "one word": (0.277, -0.456, -0.205, 0.135, 0.055),
    "one case": (0.046, -0.357, -0.005, 0.201, 0.203),
    "long name": (0.010, -0.135, 0.010, 0.010, -0.296),
    "many authors": (-0.449, 0.089, 0.031, 0.032, -0.096),
    "size": (0.170, 0.199, 0.273, 0.085, 0.170),
    "short pieces": (0.066, -0.065, 0.074, -0.070, -0.340),
    "short end": (-0.064, -0.353, -0.054, 0.183, -0.276),
    "sentences": (0.221, 0.107, 0.016, 0.069, 1.054),
    "open prose": (-0.174, -0.025, -0.059, 0.078, -0.327),
    "share kept": (0.072, -0.000, 0.005, 0.163, 0.161),
    "dropped": (0.118, 0.063, -0.083, -0.262, -0.614),
    "share of page": (-0.109, 0.049, 0.073, 0.190, 0.395),
    "in one column": (0.122, 0.040, -0.059, -0.034, 0.493),
    "links": (0.070, 0.154, 0.200, -0.338, 0.133),
    "body declared": (-0.229, 0.197, 0.213, 0.211, 0.020),
    "body guessed": (0.000, 0.000, 0.000, 0.000, 0.000),
    "no lead": (0.118, 0.131, -0.112, 0.002, 0.013),
    "lists": (-0.009, -0.038, 0.033, -0.042, 0.280),
    "teasers": (0.030, -0.007, 0.040, 0.021, -0.165),
    "paywalled": (0.015, 0.051, 0.022, -0.065, -0.128),
    "pictures": (-0.411, -0.029, -0.209, 0.094, -0.068),
    "several pictures": (-0.064, 0.072, 0.001, -0.522, 0.099),
    "without caption": (0.201, 0.065, -0.024, 0.332, -0.274),
    "captions": (-0.579, 0.036, -0.106, -0.239, -0.296),
    "no caption": (0.044, -0.025, 0.038, 0.066, -0.101),
    "captions alike": (-0.010, -0.001, -0.028, 0.097, -0.284),
    "longest caption": (-0.038, -0.001, 0.151, -0.115, 0.076),
    "shortest caption": (-0.010, 0.093, -0.051, 0.483, -0.148),
    "pictures per caption": (0.196, -0.053, -0.131, 0.351, 0.362),
    "without credit": (-0.046, 0.177, -0.264, -0.100, -0.116),
}
WEIGHTS = {field: {sign: weights[number] for sign, weights in _BY_SIGN.items()} for number, field in enumerate(_FIELDS)}
