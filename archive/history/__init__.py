"""Derives histories: which articles, versions and disappearances a set of captures amounts to, as a pure function.

Begin with `facts` (the input), `values` (the output) and `derivation` (the rules, in the order in which they apply). No
SQL, no parser, no clock: `derive(in_time(captures, pictures), outlet)` is the same on every machine, in every archive
and in any order of arrival. It may import archive.model (records, urls, digests, and clock to format
times), archive.text.equivalence and folding, and the flag of archive.text.recurring_blocks.
"""

from archive.history.derivation import derive, step
from archive.history.facts import NO_EVIDENCE, OutletEvidence, PictureFetch, Shown, UrlCapture, in_time
from archive.history.plausibility import compared_captures, departures_of
from archive.history.values import NOTHING, Article, ArticleState, CaptureVerdict, History
from archive.history.version_numbers import Version, Versions, versions_of

__all__ = [
    "NOTHING",
    "NO_EVIDENCE",
    "Article",
    "ArticleState",
    "CaptureVerdict",
    "History",
    "OutletEvidence",
    "PictureFetch",
    "Shown",
    "UrlCapture",
    "Version",
    "Versions",
    "compared_captures",
    "departures_of",
    "derive",
    "in_time",
    "step",
    "versions_of",
]
