"""Texts of any length, folded as archive.text.folding does, and what two prints of a sentence share."""

from __future__ import annotations

import re

from archive.text.folding import WHOLE, folded
from archive.text.folding import text_of as text_of  # one function, for those that fold as well

_NO_WORD = re.compile(r"\W+")


def fold(text: str) -> str:
    """One line of clean text, however long."""
    return folded(text, WHOLE)


def letters(text: str) -> str:
    """Letters and digits alone, without case: what two prints of one sentence share."""
    return _NO_WORD.sub("", text).casefold()
