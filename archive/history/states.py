"""Names of states: two readings have one name when the rules of archive.history.edits find no edit between them."""

from __future__ import annotations

import re
from functools import lru_cache

from archive.history.edits import EDIT_FIELDS, STATES_REMEMBERED
from archive.model.digests import digest_of_value
from archive.model.records import Reading

_NAME_LENGTH = len("sha256:") + 32
"""128 bits: enough to tell the states of one outlet apart, in half the space."""
NEW_TEXT = "text:"
"""Begins the names of what has taken the place of a text."""
_WORD = re.compile(r"\S+")
_KEPT_SHARE = 0.6  # of the former text: an edit that keeps more of it is no wall, and none cut short


def state_of(reading: Reading) -> str:
    """The state's name: two readings have one name exactly when `changed_fields` finds nothing."""
    return _state(reading, str(reading.published_at))


def words_of(reading: Reading) -> str:
    """The name of headline and body alone: what an error page shows at every URL, whatever its pictures."""
    return digest_of_value([EDIT_FIELDS["headline"](reading), EDIT_FIELDS["body"](reading)])[:_NAME_LENGTH]


def headline_of(reading: Reading) -> str:
    """The name of the headline."""
    return digest_of_value(EDIT_FIELDS["headline"](reading))[:_NAME_LENGTH]


@lru_cache(maxsize=STATES_REMEMBERED)
def novelty_of(previous: Reading | None, reading: Reading) -> str:
    """The name of what a page says, and its article did not before: its headline; or, under the same headline, what has
    taken the place of most of the text: new lines, without numbers, or nothing where the text is cut short."""
    if previous is None or headline_of(previous) != headline_of(reading):
        return headline_of(reading)
    before, after = EDIT_FIELDS["body"](previous), EDIT_FIELDS["body"](reading)
    old_lines, new_lines = set(before), set(after)
    kept = sum(len(line) for line in before if line in new_lines)
    added = [_without_numbers(line) for line in after if line not in old_lines]
    if kept >= _KEPT_SHARE * sum(map(len, before)) or not (added or after == before[: len(after)]):
        return headline_of(reading)
    return NEW_TEXT + digest_of_value(added)[:_NAME_LENGTH]


def _without_numbers(line: str) -> str:
    """A line without a request's number, a time and the like: these differ where the words are the same."""
    return _WORD.sub(lambda word: "" if any(map(str.isdecimal, word[0])) else word[0], line)


@lru_cache(maxsize=STATES_REMEMBERED)  # readings are equal, and hashed alike, where they name one moment in two zones
def _state(reading: Reading, published: str) -> str:
    values = [EDIT_FIELDS[name](reading) for name in EDIT_FIELDS]
    return digest_of_value([_plain(value) for value in values])[:_NAME_LENGTH]


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return [[list(place), text] for place, text in sorted(value.items())]
    return [list(item) if isinstance(item, tuple) else item for item in value] if isinstance(value, list) else value
