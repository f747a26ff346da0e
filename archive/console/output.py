"""The one mouth: whatever luubao prints passes here, and no word of a page, a server or somebody else's archive steers
the terminal it is printed on.

Letters that steer are shown as escapes, as `\\x1b`: controls (C0, DEL, C1); the marks, embeddings, overrides and
isolates of the bidirectional algorithm (UAX #9), by which a text shows in another order than it has; line and paragraph
separators; halves of surrogate pairs. Joiners of scripts (U+200C, U+200D) are letters like others. In JSON the same
letters are `\\u001b`, so that what is read there is exactly what was written.

Our own colours are put between marks that nobody can know beforehand, and become colours in the last step.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import click

_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]")
_OURS = f"\x1b{os.urandom(8).hex()}"
_MARK = re.compile(f"{_OURS}(\\[[0-9;]*m)")
_CLEAR = "\r\x1b[K"


def printable(text: str) -> str:
    """The text on one line, with escapes for what would steer a terminal."""
    return printable_lines(text).replace("\n", r"\n")


def printable_lines(text: str) -> str:
    """The same, of a text that may have several lines."""
    if text.isascii() and text.isprintable():
        return text
    return _STEERING.sub(_escape, text.replace("\r\n", "\n"))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def styled(text: str, **how: Any) -> str:
    """A text in a colour of ours. how: of click.style."""
    return _MARKED.sub(lambda match: _OURS + match[1], click.style(printable(text), **how))


_MARKED = re.compile(r"\x1b(\[[0-9;]*m)")


def rendered(line: str) -> str:
    """A line as it goes to a terminal: our colours, and nothing else that steers."""
    first, *rest = _MARK.split(line)
    coloured = zip(rest[::2], rest[1::2], strict=True)
    return printable(first) + "".join(f"\x1b{colour}{printable(text)}" for colour, text in coloured)


def say(line: object = "", *, err: bool = False) -> None:
    """Prints one line. err: on standard error."""
    click.echo(rendered(str(line)), err=err)


def say_all(lines: Iterable[str], *, err: bool = False) -> None:
    """Prints lines."""
    for line in lines:
        say(line, err=err)


def say_json(value: Any, *, indent: int | None = 2, default: Callable[[Any], Any] = str) -> None:
    """Prints a value for programs; without indent on one line."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)
    click.echo(_STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def say_whole(text: str) -> None:
    """Prints a whole text, a file or a page, in UTF-8."""
    click.echo(printable_lines(text).encode(), nl=False)


def is_watched() -> bool:
    """Whether a person watches standard error."""
    return sys.stderr.isatty()


def show_progress(line: str) -> None:
    """Shows a line on standard error in the place of the former one, where a person watches."""
    if is_watched():
        click.echo(f"{_CLEAR}{printable(line)[:79]}", nl=False, err=True)


def clear_progress() -> None:
    """Takes that line away."""
    if is_watched():
        click.echo(_CLEAR, nl=False, err=True)


@contextmanager
def counting(label: str, unit: str = "") -> Iterator[Callable[[], None]]:
    """Shows how often `step` was called, now and then."""
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
    """A bar on standard error that `step` moves on, where a person watches."""
    if not is_watched():
        yield lambda: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as shown:
        yield lambda: shown.update(1)


def confirm(question: str) -> None:
    """Asks; raises click.Abort where the answer is no."""
    click.confirm(printable(question), abort=True)


@contextmanager
def errors_printable() -> Iterator[None]:
    """What click tells of an error passes the mouth too."""
    try:
        yield
    except click.ClickException as error:
        several = getattr(error, "is_list", False)
        vars(error)["message"] = printable_lines(error.message) if several else printable(error.message)
        raise


def tell_mistake(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Prints a traceback; for sys.excepthook."""
    import traceback

    click.echo(printable_lines("".join(traceback.format_exception(kind, error, trace))), nl=False, err=True)
