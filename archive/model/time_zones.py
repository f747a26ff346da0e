"""Time zones by name, where a name may be wrong."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from archive.model.notices import pass_over
from archive.model.validation import is_zone, shown

UNKNOWN = ZoneInfo("UTC")
"""Whose clock stands for that of a paper whose zone is not known."""


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; UTC, with a notice, where there is none of that name."""
    if isinstance(name, str) and is_zone(name):
        return ZoneInfo(name)
    pass_over("outlets", f"{shown(name)} is no time zone; times are told in UTC. `luubao upgrade` mends it")
    return UNKNOWN
