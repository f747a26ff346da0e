"""Names of states: two readings have one name when the rules of archive.history.edits find no edit between them."""

from __future__ import annotations

from functools import lru_cache

from archive.history.edits import EDIT_FIELDS
from archive.model.digests import digest_of_value
from archive.model.records import Reading

_NAME_LENGTH = len("sha256:") + 32
"""128 bits: enough to tell the states of one outlet apart, in half the space."""


def state_of(reading: Reading) -> str:
    """The state's name: two readings have one name exactly when `changed_fields` finds nothing."""
    return _state(reading, str(reading.published_at))


def words_of(reading: Reading) -> str:
    """The name of headline and body alone: what an error page shows at every URL, whatever its pictures."""
    return digest_of_value([EDIT_FIELDS["headline"](reading), EDIT_FIELDS["body"](reading)])[:_NAME_LENGTH]


def headline_of(reading: Reading) -> str:
    """The name of the headline."""
    return digest_of_value(EDIT_FIELDS["headline"](reading))[:_NAME_LENGTH]


@lru_cache(maxsize=64)  # readings are equal, and hashed alike, where they name one moment in two zones
def _state(reading: Reading, published: str) -> str:
    values = [EDIT_FIELDS[name](reading) for name in EDIT_FIELDS]
    return digest_of_value([_plain(value) for value in values])[:_NAME_LENGTH]


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return [[list(place), text] for place, text in sorted(value.items())]
    return [list(item) if isinstance(item, tuple) else item for item in value] if isinstance(value, list) else value
