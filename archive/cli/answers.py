"""Answers of the commands that look something up, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

import click

from archive.console.output import say, say_all, say_json

EXIT_NOTHING = 1
"""What a command that looks for something returns when it finds nothing, as grep does."""


def known_outlet(db: Any, name: str) -> None:
    """Says which outlets there are where an archive has none of a name: nothing was found of one that is, not of one
    that is misspelt. Raises UnknownOutlet."""
    from archive.storage.captures.kept_captures import outlets_of

    outlets_of(db, name)


def tell(found: Iterable[Any], lines: Callable[[Any], Iterator[str]], as_json: bool) -> None:
    """Prints what was found; exits with EXIT_NOTHING when that is nothing."""
    values = list(found)
    if as_json:
        say_json([asdict(value) for value in values])
    for value in () if as_json else values:
        say_all(lines(value))
    if not values:
        if not as_json:
            say("nothing found", err=True)
        raise click.exceptions.Exit(EXIT_NOTHING)
