"""Prints all of luubao's output, with control characters escaped; formats times, durations and sizes for people.
Escapes log records too, whoever formats them: Scrapy, RQ, Datasette, or logging.lastResort.

Control characters are printed as escapes, as ``: C0, DEL, C1; the marks, embeddings, overrides and isolates of the
bidirectional algorithm (UAX #9), which change the order in which a text is displayed; line and paragraph separators;
halves of surrogate pairs. Joiners of scripts (U+200C, U+200D) are printed as they are. In JSON the same characters are
``, so that a parser reads exactly what was written.

Our own colour codes carry a random mark that no text can contain; the last step turns them into ANSI escape codes.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from archive.model import clock
from archive.model.clock import zone_of

if TYPE_CHECKING:
    import logging

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_SIZES = ("bytes", "kB", "MB", "GB", "TB")


def duration(span: timedelta) -> str:
    """A span in its largest unit, rounded: `3 days`, `1 hour`."""
    seconds = max(span.total_seconds(), 0)
    size, name = next(((size, name) for size, name in _UNITS if seconds >= 0.95 * size), _UNITS[-1])
    count = round(seconds / size)
    return f"{count:,} {name}{'s' * (count != 1)}"


def every(span: timedelta) -> str:
    """How often, as `every 6 hours` or `every day`."""
    return f"every {duration(span).removeprefix('1 ')}"


def moment(time: datetime, timezone: str) -> str:
    """A moment as `2026-05-20 08:15` in a time zone."""
    return f"{time.astimezone(zone_of(timezone)):%Y-%m-%d %H:%M}"


def stored_moment(stamp: str | None, timezone: str) -> str:
    """A stored time, formatted as by `moment`; a dash if there is none, or it cannot be parsed."""
    time = clock.read(stamp)
    return moment(time, timezone) if time else "-"


def size(count: float) -> str:
    """A number of bytes as `1.2 GB`."""
    unit = 0
    while count >= 1000 and unit < len(_SIZES) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.0f} {_SIZES[unit]}" if unit == 0 or count >= 100 else f"{count:.1f} {_SIZES[unit]}"


CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff\ufffe\uffff]"
)
"""What is never printed as it is; XML forbids the halves of surrogate pairs and U+FFFE, U+FFFF, too."""
_COLOUR_MARK = f"\x1b{os.urandom(8).hex()}"
_MARKED_COLOUR = re.compile(f"{_COLOUR_MARK}(\\[[0-9;]*m)")
_CLEAR_LINE = "\r\x1b[K"


def printable(text: str) -> str:
    """The text on one line, with control characters escaped."""
    return printable_lines(text).replace("\n", r"\n")


def printable_lines(text: str) -> str:
    """The same, for a text of several lines."""
    if text.isascii() and text.isprintable():
        return text

    def escaped(match: re.Match[str]) -> str:
        code = ord(match[0])
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

    return CONTROL.sub(escaped, text.replace("\r\n", "\n"))


def styled(text: str, **style: Any) -> str:
    """A text in one of our colours. style: keywords of click.style."""
    return _ANSI_COLOUR.sub(lambda match: _COLOUR_MARK + match[1], click.style(printable(text), **style))


_ANSI_COLOUR = re.compile(r"\x1b(\[[0-9;]*m)")


def rendered(line: str) -> str:
    """A line as the terminal gets it: our colour codes, and everything else escaped."""
    first, *rest = _MARKED_COLOUR.split(line)
    coloured = zip(rest[::2], rest[1::2], strict=True)
    return printable(first) + "".join(f"\x1b{colour}{printable(text)}" for colour, text in coloured)


def say(line: object = "", *, err: bool = False) -> None:
    """Prints one line. err: on standard error."""
    click.echo(rendered(str(line)), err=err)


def say_all(lines: Iterable[str], *, err: bool = False) -> None:
    """Prints lines."""
    for line in lines:
        say(line, err=err)


def say_counts(counts: Mapping[str, int], sentences: Mapping[str, str]) -> None:
    """Prints on standard error the counts that are not 0, each with its sentence, by name."""
    for name, sentence in sentences.items():
        if counts[name]:
            say(f"{counts[name]} {sentence}", err=True)


def say_json(value: Any, *, indent: int | None = 2, default: Callable[[Any], Any] = str) -> None:
    """Prints a value as JSON; without indent on one line."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)
    click.echo(CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def say_whole(text: str) -> None:
    """Prints a whole text, a file or a page, in UTF-8."""
    click.echo(printable_lines(text).encode(), nl=False)


def is_watched() -> bool:
    """Whether standard error is a terminal."""
    return sys.stderr.isatty()


def show_progress(line: str) -> None:
    """Shows a line on standard error in place of the previous one, if that is a terminal."""
    if is_watched():
        click.echo(f"{_CLEAR_LINE}{printable(line)[:79]}", nl=False, err=True)


def clear_progress() -> None:
    """Clears that line."""
    if is_watched():
        click.echo(_CLEAR_LINE, nl=False, err=True)


@contextmanager
def counting(label: str, unit: str = "") -> Iterator[Callable[[], None]]:
    """Shows after every 100 steps how often `step` was called."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count % 100 == 0:
            show_progress(f"{label}: {count}{unit}")

    yield step
    clear_progress()


@contextmanager
def bar(label: str, length: int) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error that `step` advances, if that is a terminal."""
    if not is_watched():
        yield lambda: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as shown:
        yield lambda: shown.update(1)


def confirm(question: str) -> None:
    """Asks for confirmation; raises click.Abort if the answer is no."""
    click.confirm(printable(question), abort=True)


@contextmanager
def errors_printable() -> Iterator[None]:
    """Escapes the messages of click's errors too."""
    try:
        yield
    except click.ClickException as error:
        is_list = getattr(error, "is_list", False)
        vars(error)["message"] = printable_lines(error.message) if is_list else printable(error.message)
        raise


def print_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Prints a traceback, escaped; for sys.excepthook."""
    import traceback

    click.echo(printable_lines("".join(traceback.format_exception(kind, error, trace))), nl=False, err=True)


def log_of(module: str) -> logging.Logger:
    """The logger of a module of ours. From the first call on, all log records of the process are escaped."""
    import logging  # imported late: what looks something up logs nothing

    if logging.getLogRecordFactory() is not _escaped_record():
        logging.setLogRecordFactory(_escaped_record())
    return logging.getLogger(module)


@cache
def _escaped_record() -> type[logging.LogRecord]:
    """A log record whose message cannot control a terminal or start a line that looks like another record."""
    import logging

    class EscapedRecord(logging.LogRecord):
        def __init__(self, *args: Any, **kwargs: Any):
            super().__init__(*args, **kwargs)
            if self.exc_info:
                self.exc_text = _indented(logging.Formatter().formatException(self.exc_info))

        def getMessage(self) -> str:  # the name that logging calls
            return _indented(super().getMessage())

    return EscapedRecord


def _indented(text: str) -> str:
    """The text, escaped; its further lines are indented, so that none looks like a message of its own."""
    return printable_lines(text).replace("\n", "\n    ")
