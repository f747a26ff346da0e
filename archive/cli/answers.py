"""Prints the results of lookup commands, as text or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

import click

from archive.console.output import say, say_all, say_json

EXIT_NOTHING = 1
"""The exit code of a lookup that finds nothing, as grep's."""


def known_outlet(db: Any, name: str) -> None:
    """Raises UnknownOutlet, which lists the known outlets, for a misspelt name; otherwise that would look like an
    outlet without results."""
    from archive.storage.captures.kept_captures import outlets_of

    outlets_of(db, name)


def tell(found: Iterable[Any], lines: Callable[[Any], Iterator[str]], as_json: bool) -> None:
    """Prints results; exits with EXIT_NOTHING when there are none."""
    values = list(found)
    if as_json:
        say_json([asdict(value) for value in values])
    for value in () if as_json else values:
        say_all(lines(value))
    if not values:
        if not as_json:
            say("nothing found", err=True)
        raise click.exceptions.Exit(EXIT_NOTHING)
