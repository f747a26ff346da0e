"""What is refused before it is parsed: sizes and shapes on which the parser or a later pass would stall.

The limits bound the work of everything that follows to a few passes over at most TAGS elements. They cannot bound
what a C library does with input nobody thought of: whoever reads pages of strangers at scale also sets an outside
limit on the process (`resource.setrlimit(RLIMIT_CPU, ...)`, or a worker that is killed after some seconds).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.model.records import Unreadable

CHARACTERS = 6_000_000  # the largest news page among hundreds has 1.3 million
TAGS = 40_000  # and 7,000 tags
ATTRIBUTES = 3_000  # in one tag: libxml2 compares each with each
_SUSPECT = 4_000  # characters between two "<" before the attributes are counted

_PIECE = re.compile(rf"<(?:(/?script\b)|([a-zA-Z][^<]{{{_SUSPECT},}}))", re.I)
_TAG = re.compile(r"""[a-zA-Z](?:[^>"']|"[^"]*"|'[^']*')*+""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_ATTRIBUTE = re.compile(r"""[\s/"'][^\s=>/"']""")


def refusal(text: str) -> Unreadable | None:
    """Why a page of this text must not be parsed, or None."""
    if len(text) > CHARACTERS:
        return Unreadable("too-large", f"{len(text)} characters, limit {CHARACTERS}")
    if (tags := text.count("<")) > TAGS:
        return Unreadable("too-large", f"{tags} tags, limit {TAGS}")
    if any(_attributes(piece) > ATTRIBUTES for piece in _markup(text)):
        return Unreadable("too-large", f"a tag with more than {ATTRIBUTES} attributes")
    return None


def _markup(text: str) -> Iterator[str]:
    """The long pieces between two "<" outside scripts, where "a<b" is no tag."""
    script = False
    for match in _PIECE.finditer(text):
        if match[1]:
            script = not match[1].startswith("/")
        elif not script:
            yield match[2]


def _attributes(piece: str) -> int:
    tag = _TAG.match(piece)
    return len(_ATTRIBUTE.findall(_QUOTED.sub('""', tag[0]))) if tag else 0
