"""SQL functions for visitors whose time is bounded by the size of their arguments.

SQLite's time limit interrupts between steps of a query, never within a function; and some of its functions take the
square of their arguments, or repeat a character as often as a number says.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

_LONGEST_RESULT = 64 * 1024 * 1024  # characters
_MOST_REPETITIONS = 100_000
_MOST_TRIMMED = 1_000  # characters of a set: each character of the text is looked for in it
# %.20c, %.*c: SQLite before 3.42 appends the characters one by one, however many
_REPETITION = re.compile(r"%[-+ #0,!]*(?:\*|\d*)\.(\*|\d*)l*c")
_LARGE_NUMBER = re.compile(r"\s*[-+]?\d{6,}")


def put_bounded(connection: sqlite3.Connection) -> None:
    """Replaces the functions of a connection. Those replaced raise "string or blob too big" beyond their bounds."""
    functions: dict[tuple[str, int], Callable[..., Any]] = {
        ("printf", -1): _printf, ("format", -1): _printf, ("instr", 2): _instr, ("replace", 3): _replace,
        ("trim", 2): lambda text, characters: _trim(str.strip, text, characters),
        ("ltrim", 2): lambda text, characters: _trim(str.lstrip, text, characters),
        ("rtrim", 2): lambda text, characters: _trim(str.rstrip, text, characters),
    }  # fmt: skip
    for (name, count), function in functions.items():
        connection.create_function(name, count, function, deterministic=True)


def _built_in(question: str, *values: Any) -> Any:
    with_functions = sqlite3.connect(":memory:")
    try:
        return with_functions.execute(question, values).fetchone()[0]
    finally:
        with_functions.close()


def _printf(*values: Any) -> Any:
    counts = _REPETITION.findall(_text(values[0])) if values and values[0] is not None else []
    fixed = sum(int(count) if len(count) < 7 else _MOST_REPETITIONS for count in counts if count not in ("", "*"))
    if fixed >= _MOST_REPETITIONS or ("*" in counts and any(_LARGE_NUMBER.match(_text(value)) for value in values[1:])):
        raise OverflowError
    return _built_in(f"SELECT printf({', '.join('?' * len(values))})", *values)


def _instr(text: Any, part: Any) -> int | None:
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _text(text).find(_text(part)) + 1


def _replace(text: Any, part: Any, new: Any) -> Any:
    if text is None or part is None or _text(part) == "":
        return None if part is None else _text(text) if isinstance(text, bytes) else text
    if new is None:
        return None
    told, former, present = _text(text), _text(part), _text(new)
    if len(told) + told.count(former) * (len(present) - len(former)) > _LONGEST_RESULT:
        raise OverflowError
    return told.replace(former, present)


def _trim(strip: Any, text: Any, characters: Any) -> str | None:
    if text is None or characters is None:
        return None
    if len(_text(characters)) > _MOST_TRIMMED:
        raise OverflowError
    return str(strip(_text(text), _text(characters)))


def _text(value: Any) -> str:
    """A value as SQLite makes it text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else str(_built_in("SELECT coalesce(CAST(? AS TEXT), '')", value))
