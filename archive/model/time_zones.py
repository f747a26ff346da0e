"""Looks up time zones by IANA name; unknown names fall back to UTC."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from archive.model.notices import pass_over
from archive.model.validation import is_zone, shown

UNKNOWN = ZoneInfo("UTC")
"""Stands for the zone of an outlet whose zone is unknown."""


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; UTC, with a notice, where the name is unknown."""
    if isinstance(name, str) and is_zone(name):
        return ZoneInfo(name)
    pass_over("outlets", f"{shown(name)} is no time zone; times are told in UTC. `luubao upgrade` mends it")
    return UNKNOWN
