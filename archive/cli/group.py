"""A group that imports a command when it is called. Help and completion need its name and one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from archive.cli.options import Commands

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Listed(NamedTuple):
    """A command as its group lists it. place: where it is, as `module:attribute`; sentence: the first of its help."""

    place: str
    sentence: str


class LazyCommands(Commands):
    """Commands that are imported when they are called, or looked up in `commands`."""

    def __init__(self, name: str | None = None, *, listed: Mapping[str, Listed], **options: Any):
        super().__init__(name, commands=_Imported(listed), **options)
        self.listed = listed

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands, and imports none."""
        click.Group(commands=self._outlines()).format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Completes the name of a command, and imports none."""
        from click.shell_completion import CompletionItem

        fitting = {name: command for name, command in self._outlines().items() if name.startswith(incomplete)}
        names = [CompletionItem(name, help=command.get_short_help_str()) for name, command in sorted(fitting.items())]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def _outlines(self) -> dict[str, click.Command]:
        return {name: click.Command(name, help=one.sentence) for name, one in self.listed.items()}


class _Imported(MutableMapping[str, click.Command]):
    """The commands of a group, each imported when it is first taken out."""

    def __init__(self, listed: Mapping[str, Listed]):
        self._places = {name: one.place for name, one in listed.items()}
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
