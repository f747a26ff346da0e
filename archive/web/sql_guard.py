"""SQLite authorizer, limits and bounded functions for visitors' own SQL, and checks before an archive is served to the
public.

The reading room's own queries use the same connections; `trusted` lifts the limits for them. SQLite's time limit
interrupts between steps of a query, never within a function; and some of its functions take the square of their
arguments, or repeat a character as often as a number says: those are replaced.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import ref

from archive.storage.connection import Database
from archive.storage.withdrawals import exposed

LONGEST = 48 * 1024 * 1024
"""Bytes of one value at most, also of an intermediate one: the largest page has 32 MB."""
_LIMITS = {  # for visitors' SQL: nothing they read is longer, and a pattern takes its length times the text's
    sqlite3.SQLITE_LIMIT_LENGTH: 4 * 1024 * 1024,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 300,  # bytes: of a headline
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
}
_MEMORY = 256 * 1024 * 1024
"""Bytes that SQLite may take here: nested WITH clauses double it with each level, before a row is read."""
_REFUSED = frozenset({"fts3_tokenizer", "json_patch"})
"""Functions. The tokenizer of FTS3 is an address in this process's memory; json_patch takes the square of its size."""
LARGEST = 64 * 1024 * 1024
"""Bytes of text and blobs in one result at most."""
_ALWAYS_HIDDEN = frozenset({("withheld", "data")})
_HIDDEN_COLUMNS = _ALWAYS_HIDDEN | {
    ("bodies", "data"), ("dictionaries", "data"), ("headers", "request"), ("headers", "response"),
    ("set_aside", "reading"), ("alerts", "name"), ("alerts", "trouble"), ("alert_matches", "alert"),
    ("alert_messages", "alert"), ("seals", "capture_digests"), ("seals", "picture_digests"),
}  # fmt: skip


class Guard:
    """Guards one connection. broken: virtual tables that fail on access; machinery: whether visitors' SQL may read the
    internal tables (never withheld data)."""

    def __init__(self, connection: sqlite3.Connection, broken: set[str], *, machinery: bool):
        self.connection, self.broken, self.is_trusted = connection, broken, False
        self.closed = _ALWAYS_HIDDEN if machinery else _HIDDEN_COLUMNS
        self._cursor: Any = lambda: None
        self._size = 0
        connection.row_factory = self._row
        connection.execute(f"PRAGMA hard_heap_limit = {_MEMORY}")
        put_bounded(connection)
        any_length = {sqlite3.SQLITE_LIMIT_LENGTH: LONGEST}
        self._own_limits = {limit: connection.getlimit(limit) for limit in _LIMITS} | any_length
        self._limits = _LIMITS | (any_length if machinery else {})
        self.trust(trusted=False)
        _guards[id(connection)] = self

    def trust(self, *, trusted: bool) -> None:
        """Turns trust on or off. Setting an authorizer makes SQLite prepare every statement again, so no statement
        prepared with trust runs without it."""
        self.is_trusted = trusted
        for limit, most in (self._own_limits if trusted else self._limits).items():
            self.connection.setlimit(limit, most)
        self.connection.set_authorizer(self._authorize)

    def _authorize(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        """The authorizer (https://www.sqlite.org/c3ref/set_authorizer.html): hidden columns read as NULL."""
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _REFUSED:
            return sqlite3.SQLITE_DENY
        closed = _ALWAYS_HIDDEN if self.is_trusted else self.closed
        hidden_column = action == sqlite3.SQLITE_READ and (first, second) in closed
        broken_table = action == sqlite3.SQLITE_PRAGMA and self.broken and (second or "").strip("[]\"'") in self.broken
        return sqlite3.SQLITE_IGNORE if hidden_column or broken_table else sqlite3.SQLITE_OK

    def _row(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if not self.is_trusted:
            if self._cursor() is not cursor:
                self._cursor, self._size = ref(cursor), 0
            self._size += sum(len(value) for value in values if isinstance(value, str | bytes))
            if self._size > LARGEST:
                raise sqlite3.OperationalError(f"the answer is larger than {LARGEST:,} bytes: ask for fewer rows")
        return sqlite3.Row(cursor, values)


_guards: dict[int, Guard] = {}  # by id of the connection; Datasette keeps its connections as long as it runs


@contextmanager
def trusted(connection: sqlite3.Connection) -> Iterator[None]:
    """Within this context, queries are the reading room's own."""
    guard = _guards.get(id(connection))
    if guard is None:
        yield
        return
    guard.trust(trusted=True)
    try:
        yield
    finally:
        guard.trust(trusted=False)


_LONGEST_RESULT = 64 * 1024 * 1024  # characters
_MOST_REPETITIONS = 100_000
_MOST_TRIMMED = 1_000  # characters of a set: each character of the text is looked for in it
# %.20c, %.*c: SQLite before 3.42 appends the characters one by one, however many
_REPETITION = re.compile(r"%[-+ #0,!]*(?:\*|\d*)\.(\*|\d*)l*c")
_LARGE_NUMBER = re.compile(r"\s*[-+]?\d{6,}")


def put_bounded(connection: sqlite3.Connection) -> None:
    """Replaces the functions of a connection. Those replaced raise "string or blob too big" beyond their bounds."""
    sqlite3.enable_callback_tracebacks(False)  # Datasette turns it on: each error would leave a traceback in the log
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
    source, former, present = _text(text), _text(part), _text(new)
    if len(source) + source.count(former) * (len(present) - len(former)) > _LONGEST_RESULT:
        raise OverflowError
    return source.replace(former, present)


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


SETTINGS = {
    "default_allow_sql": "off",  # canned queries stay allowed; visitors' SQL would take the server's time
    "sql_time_limit_ms": "1500",
    "facet_time_limit_ms": "300",
    "max_returned_rows": "500",
    "allow_csv_stream": "off",
    "template_debug": "off",
    "trace_debug": "off",
}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def problems(db: Database, address: str, host: str, pictures: Path | None) -> Iterator[str]:
    """Yields problems, each a sentence with its remedy; none when the archive may be served. address: its public URL;
    host: where the server will listen; pictures: the folder to serve."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield f"{address!r} is no address. Give the one under which people will see the archive: https://..."
    elif parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        yield f"{address} is not encrypted: whoever sits between can change what people read. Give it as https://..."
    if parts.query or parts.fragment:
        yield f"{address} has a question mark or a hash in it. Give host and path only"
    if host not in _LOOPBACK:
        yield f"the server would listen on {host}, without encryption. Leave --host out, and let the proxy ask it"
    for exposure in exposed(db, pictures):
        yield f"{exposure}. Run `luubao verify`, then withdraw it again"
