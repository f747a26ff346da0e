"""When two readings are one state: the rule of archive.history.edits as a name that can be stored and compared."""

from __future__ import annotations

from functools import lru_cache

from archive.history.edits import FIELDS
from archive.model.digests import digest_of_value
from archive.model.records import Reading

_LENGTH = len("sha256:") + 32
"""128 bits: enough to tell the states of one outlet apart by chance alone, in half the room."""


def state_of(reading: Reading) -> str:
    """The name of what a reading says; two readings have one name exactly when `changed_fields` finds nothing."""
    return _state(reading, str(reading.published_at))


def words_of(reading: Reading) -> str:
    """The name of headline and body alone: what an error page shows at every address, whatever its pictures."""
    return digest_of_value([FIELDS["headline"](reading), FIELDS["body"](reading)])[:_LENGTH]


def headline_of(reading: Reading) -> str:
    """The name of the headline."""
    return digest_of_value(FIELDS["headline"](reading))[:_LENGTH]


@lru_cache(maxsize=64)  # readings are equal, and hashed alike, where they name one moment in two zones
def _state(reading: Reading, published: str) -> str:
    values = [FIELDS[name](reading) for name in FIELDS]
    return digest_of_value([_plain(value) for value in values])[:_LENGTH]


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return [[list(place), text] for place, text in sorted(value.items())]
    return [list(one) if isinstance(one, tuple) else one for one in value] if isinstance(value, list) else value
