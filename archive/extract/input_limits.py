"""Rejects pages before parsing: sizes and shapes on which the parser or a later pass would stall.

The limits bound the work of everything that follows to a few passes over at most TAGS elements. They cannot bound
what a C library does with unforeseen input: to extract untrusted pages at scale, also set an outside limit on the
process (`resource.setrlimit(RLIMIT_CPU, ...)`, or a worker that is killed after some seconds).
"""

from __future__ import annotations

import re

from archive.model.records import Unreadable

CHARACTERS = 6_000_000  # the largest news page among hundreds has 1.3 million
TAGS = 40_000  # and 7,000 tags
ATTRIBUTES = 3_000  # in one tag: libxml2 compares each with each
_MIN_COUNTED = 4_000  # characters between two "<" from which attributes are counted

_SCRIPT_TAG = re.compile(r"<(/?)script\b", re.I)
_TAG = re.compile(r"""[a-zA-Z](?:[^>"']|"[^"]*"|'[^']*')*+""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_ATTRIBUTE = re.compile(r"""[\s/"'][^\s=>/"']""")


def refusal(text: str) -> Unreadable | None:
    """The reason to refuse a page before parsing, or None."""
    if len(text) > CHARACTERS:
        return Unreadable("too-large", f"{len(text)} characters, limit {CHARACTERS}")
    if (tags := text.count("<")) > TAGS:
        return Unreadable("too-large", f"{tags} tags, limit {TAGS}")
    if _has_long_tag(text):
        return Unreadable("too-large", f"a tag with more than {ATTRIBUTES} attributes")
    return None


def _has_long_tag(text: str) -> bool:
    """Whether a tag has too many attributes; in scripts "a<b" is not a tag. Looks only where "<" is far from "<"."""
    start, known, in_script = text.find("<"), 0, False
    while start >= 0:
        following = text.rfind("<", start + 1, start + _MIN_COUNTED)
        if following < 0:
            following = text.find("<", start + 1)
            if _attribute_count(text[start + 1 : following if following > 0 else None]) > ATTRIBUTES:
                for tag in _SCRIPT_TAG.finditer(text, known, start):
                    in_script = not tag[1]
                if not in_script:
                    return True
                known = start
        start = following
    return False


def _attribute_count(piece: str) -> int:
    tag = _TAG.match(piece)
    return len(_ATTRIBUTE.findall(_QUOTED.sub('""', tag[0]))) if tag else 0
