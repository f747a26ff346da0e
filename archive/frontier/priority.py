"""The ranks of the frontier: the order in which a run takes addresses. What is left aside, no run takes."""

from __future__ import annotations

SEED, NEW, LIST, KNOWN, ASIDE = range(5)
