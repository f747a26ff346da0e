"""Answers of the commands that look something up, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

import click

EXIT_NOTHING = 1
"""What a command that looks for something returns when it finds nothing, as grep does."""


def tell(found: Iterable[Any], lines: Callable[[Any], Iterator[str]], as_json: bool) -> None:
    """Prints what was found; exits with EXIT_NOTHING when that is nothing."""
    values = list(found)
    if as_json:
        tell_json([asdict(value) for value in values])
    for value in () if as_json else values:
        tell_lines(lines(value))
    if not values:
        if not as_json:
            click.echo("nothing found", err=True)
        raise click.exceptions.Exit(EXIT_NOTHING)


def tell_json(value: Any) -> None:
    """Prints one answer for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def tell_lines(lines: Iterator[str]) -> None:
    """Prints one answer for people."""
    for line in lines:
        click.echo(line)
