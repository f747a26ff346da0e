"""A click group that imports a command only when it runs. Help and completion use its name and one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from archive.cli.options import Commands

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Listed(NamedTuple):
    """A command as its group lists it. place: its import path, `module:attribute`; sentence: the first of its help."""

    place: str
    sentence: str


class LazyCommands(Commands):
    """A group whose commands are imported when they run, or are looked up in `commands`."""

    def __init__(self, name: str | None = None, *, listed: Mapping[str, Listed], **options: Any):
        super().__init__(name, commands=_LazyMapping(listed), **options)
        self.listed = listed

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them."""
        click.Group(commands=self._stubs()).format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Completes the name of a command without importing any."""
        from click.shell_completion import CompletionItem

        fitting = {name: command for name, command in self._stubs().items() if name.startswith(incomplete)}
        names = [CompletionItem(name, help=command.get_short_help_str()) for name, command in sorted(fitting.items())]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def _stubs(self) -> dict[str, click.Command]:
        return {name: click.Command(name, help=listed.sentence) for name, listed in self.listed.items()}


class _LazyMapping(MutableMapping[str, click.Command]):
    """The commands of a group; imports each on first access."""

    def __init__(self, listed: Mapping[str, Listed]):
        self._places = {name: command.place for name, command in listed.items()}
        self._commands: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._commands:
            module, _, attribute = self._places[name].partition(":")
            self._commands[name] = getattr(import_module(module), attribute)
        return self._commands[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._commands[name] = command
        self._places.setdefault(name, "")

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._commands.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places
