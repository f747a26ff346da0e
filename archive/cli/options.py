"""Shared options of commands, and click groups: errors and notices printed, commands imported only when they run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from archive.console import errors_printable, say
from archive.model.errors import LuubaoError, take_notices
from archive.model.paths import folder_beside
from archive.runtime import signals
from archive.runtime.isolated import isolation
from archive.storage.sqlite_file import DatabaseError, access_message

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


F = TypeVar("F", bound=Callable[..., Any])


db_option = click.option(
    "--db", "path", envvar="LUUBAO_DB", default="luubao.db", show_default=True, show_envvar=True,
    type=click.Path(dir_okay=False, path_type=Path), help="The archive, one SQLite file.",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
unpack_ratio_option = click.option(
    "--unpack-ratio", envvar="LUUBAO_UNPACK_RATIO", type=click.IntRange(1, 1_000_000), default=200,
    show_default=True, show_envvar=True,
    help="How many times its own size a file may unpack to, beyond the first gigabyte.",
)  # fmt: skip
pictures_option = click.option(
    "--pictures", envvar="LUUBAO_PICTURES", show_envvar=True, type=click.Path(path_type=Path), metavar="FOLDER",
    help="The folder with the pictures; <archive>.pictures by default.",
)  # fmt: skip


FILING = "luubao.filing"
"""Where click's context has what `filing` enters; the crawler's commands put it there."""


def filing(path: Path) -> AbstractContextManager[object]:
    """The context in which a command files captures into an archive: on leaving it, alerts are sent."""
    enter: Callable[[Path], AbstractContextManager[object]] | None = click.get_current_context().meta.get(FILING)
    return enter(path) if enter else nullcontext()


def picture_folder(archive: Path, named: Path | None) -> Path | None:
    """The folder with an archive's pictures; None if it does not exist: never fetched, or kept elsewhere."""
    candidates = [named] if named else [archive.with_name(f"{archive.name}.pictures"), folder_beside(archive)]
    return next((candidate for candidate in candidates if candidate.is_dir()), None)


NUMBER = click.IntRange(1, 1_000_000_000)
"""The number of a version."""

PORT = click.IntRange(0, 65535)


class _Day(click.ParamType[date]):
    """A day such as `2026-05-20`."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day. Write it as 2026-05-20", param, ctx)


DAY = _Day()


limit_option = click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(-1, 1_000_000_000),
    help="How many at most; -1 for all.",
)  # fmt: skip


@contextmanager
def _printing_notices() -> Iterator[list[str]]:
    """Prints notices of skipped rows on standard error at the end; yields the list of them."""
    take_notices()  # drops those of an earlier command in the same process
    found: list[str] = []
    try:
        yield found
    finally:
        found += take_notices()
        for line in found:
            say(line, err=True)


class Commands(click.Group):
    """A click group that prints an expected error as one sentence on standard error with exit code 1, and a signal as
    one with exit code 5. must_be_whole: exit code 1 also where an unreadable row was left out."""

    must_be_whole = False

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with errors_printable():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with errors_printable(), signals.handle_signals(), isolation():
                return self._invoke_with_signals(ctx)
        except signals.Interrupted:  # at any moment, also during setup and cleanup
            say(signals.SENTENCE, err=True)
            raise click.exceptions.Exit(signals.EXIT_INTERRUPTED) from None

    def _invoke_with_signals(self, ctx: click.Context) -> Any:
        try:
            return self._invoke(ctx)
        except (click.exceptions.Exit, click.ClickException) as end:
            if not signals.signal_received() or isinstance(end, click.exceptions.Exit):
                raise
            raise signals.Interrupted from end
        except Exception as error:  # an interruption by a signal may raise any error
            if not signals.signal_received():
                raise
            raise signals.Interrupted from error

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            with _printing_notices() as skipped:
                result = super().invoke(ctx)
            if skipped and self.must_be_whole:
                ctx.exit(1)
            return result
        except LuubaoError as error:
            raise click.ClickException(str(error)) from error
        except DatabaseError as error:
            if (message := access_message(error)) is None:
                raise
            raise click.ClickException(message) from error
        except UnicodeEncodeError as error:  # an argument that is not UTF-8
            raise click.UsageError("an argument is not UTF-8") from error
        except BrokenPipeError:  # `luubao articles | head` is no error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None
        except OSError as error:  # an error that no command handles itself
            raise click.ClickException(
                f"{error.filename or 'a file'} cannot be read or written: {error.strerror or error}. Check free space"
                " and permissions"
            ) from error


class Listed(NamedTuple):
    """A command as its group lists it. place: its import path, `module:attribute`; sentence: the first of its help."""

    place: str
    sentence: str


class LazyCommands(Commands):
    """A group whose commands are imported when they run; until then a stub stands for each, enough to list it."""

    def __init__(self, name: str | None = None, *, listed: Mapping[str, Listed], **options: Any):
        self.listed = listed
        self._stubs = {name: click.Command(name, help=command.sentence) for name, command in listed.items()}
        super().__init__(name, commands=dict(self._stubs), **options)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.listed and self.commands[cmd_name] is self._stubs[cmd_name]:
            module, _, attribute = self.listed[cmd_name].place.partition(":")
            self.commands[cmd_name] = getattr(import_module(module), attribute)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        click.Group(commands=self._stubs).format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        fitting = {name: command for name, command in self._stubs.items() if name.startswith(incomplete)}
        names = [CompletionItem(name, help=command.get_short_help_str()) for name, command in sorted(fitting.items())]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]
