"""Priorities (ranks) of the frontier: the order in which a run takes URLs. No run takes those with rank DEFERRED
(deferred)."""

from __future__ import annotations

SEED, NEW, LIST, KNOWN, DEFERRED = range(5)
