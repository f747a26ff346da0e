"""Options that are settings too: where a command line says nothing, the environment and luubao.toml speak."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archive.model.errors import Misconfigured

if TYPE_CHECKING:
    from crawler.config.setting_keys import Key
    from crawler.config.settings_in_force import Configuration

F = TypeVar("F", bound=Callable[..., Any])
_NAMED, _LOADED = "luubao.config", "luubao.loaded"


class MisconfiguredFailure(click.ClickException):
    """Nothing was done: a setting, a name or the archive is not right."""

    exit_code = 2
    is_list = True
    """Whether a line break in it is ours: settings that are wrong are told all at once, one a line."""


class OfSetting(click.ParamType[Any]):
    """The values that a setting can have."""

    def __init__(self, key: Key):
        self.key, self.name = key, key.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from crawler.config.setting_types import HoldsCredentialsError

        try:
            return self.key.kind.check(self.key.kind.read(value) if isinstance(value, str) else value)
        except HoldsCredentialsError as error:
            self.fail(f"{self.key.shown(value)!r} {error}", param, ctx)
        except ValueError:
            self.fail(f"{self.key.shown(value)!r} must be {self.key.kind.right}", param, ctx)


def setting_option(option: str, name: str, metavar: str) -> Callable[[F], F]:
    """Adds an option for a setting, None where it is not given."""
    from crawler.config.setting_keys import BY_NAME

    key = BY_NAME[name]
    return click.option(option, name, type=OfSetting(key), metavar=metavar, help=f"{key.meaning}  [setting: {name}]")


def config_option(command: F) -> F:
    """Adds --config: which file of settings."""
    return click.option(
        "--config", type=click.Path(dir_okay=False, path_type=Path), is_eager=True, expose_value=False,
        callback=_note, metavar="FILE", help="A file of settings; otherwise the one that LUUBAO_CONFIG names,"
        " ./luubao.toml, or luubao/luubao.toml in the user's configuration folder.",
    )(command)  # fmt: skip


def _note(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.meta[_NAMED] = value


def configured(ctx: click.Context) -> Configuration:
    """The settings that hold for a command. Raises MisconfiguredFailure."""
    from crawler.config import settings_in_force

    file, loaded = ctx.meta.get(_NAMED), ctx.meta.setdefault(_LOADED, {})
    try:
        if file not in loaded:  # click asks for the default of every option
            loaded[file] = settings_in_force.load(file)
    except Misconfigured as error:
        raise MisconfiguredFailure(str(error)) from error
    found: Configuration = loaded[file]
    return found


def require_scale() -> None:
    """Raises Misconfigured where what many machines need is not installed."""
    from importlib.util import find_spec

    if find_spec("rq") is None or find_spec("redis") is None:
        raise Misconfigured("that needs more than luubao brings by itself: pip install 'luubao[scale]'")


class FileDefaults(dict[str, Any]):
    """click's map of defaults, the same for every command, read when a command that has such a parameter is called."""

    def __init__(self, ctx: click.Context):
        super().__init__()
        self.ctx = ctx

    def get(self, command: str, default: Any = None) -> Any:
        """What click asks for the defaults of a command."""
        return self

    def __contains__(self, parameter: object) -> bool:
        return self[str(parameter)] is not None

    def __getitem__(self, parameter: str) -> Any:
        name = {"path": "db", "pictures": "pictures"}.get(parameter)
        value = configured(self.ctx).archive.get(name) if name else None
        return None if name == "pictures" and "://" in str(value) else value
