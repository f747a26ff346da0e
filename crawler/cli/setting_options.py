"""Options that are also settings: without the option, the environment and luubao.toml give the value."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archive.model.errors import LuubaoError, Misconfigured

if TYPE_CHECKING:
    from crawler.config.setting_keys import Key
    from crawler.config.settings_in_force import Configuration

F = TypeVar("F", bound=Callable[..., Any])
_CONFIG_FILE_KEY, _LOADED_KEY = "luubao.config", "luubao.loaded"


class MisconfiguredFailure(click.ClickException):
    """Exits with 2: a setting, a name or the archive is invalid, and nothing was done."""

    exit_code = 2
    is_list = True
    """Whether to keep line breaks in the message: it lists all wrong settings, one a line."""


@contextmanager
def misconfigured(kind: type[LuubaoError] = LuubaoError) -> Iterator[None]:
    """Exits with 2 at an error of this kind."""
    try:
        yield
    except kind as error:
        raise MisconfiguredFailure(str(error)) from error


class OfSetting(click.ParamType[Any]):
    """A click parameter type that accepts the values of a setting."""

    def __init__(self, key: Key):
        self.key, self.name = key, key.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from crawler.config.setting_types import HoldsCredentialsError

        try:
            return self.key.kind.check(self.key.kind.read(value) if isinstance(value, str) else value)
        except HoldsCredentialsError as error:
            self.fail(f"{self.key.shown(value)!r} {error}", param, ctx)
        except ValueError:
            self.fail(f"{self.key.shown(value)!r} must be {self.key.kind.requirement}", param, ctx)


def setting_option(option: str, name: str, metavar: str) -> Callable[[F], F]:
    """Adds an option for a setting; its value is None where it is not given."""
    from crawler.config.setting_keys import BY_NAME

    key = BY_NAME[name]
    return click.option(option, name, type=OfSetting(key), metavar=metavar, help=f"{key.meaning}  [setting: {name}]")


def _store_file(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.meta[_CONFIG_FILE_KEY] = value


config_option = click.option(
    "--config", type=click.Path(dir_okay=False, path_type=Path), is_eager=True, expose_value=False,
    callback=_store_file, metavar="FILE", help="A file of settings; otherwise the one that LUUBAO_CONFIG names,"
    " ./luubao.toml, or luubao/luubao.toml in the user's configuration folder.",
)  # fmt: skip


def configured(ctx: click.Context) -> Configuration:
    """The settings in force for a command. Raises MisconfiguredFailure."""
    from crawler.config import settings_in_force

    file, loaded = ctx.meta.get(_CONFIG_FILE_KEY), ctx.meta.setdefault(_LOADED_KEY, {})
    with misconfigured(Misconfigured):
        if file not in loaded:  # click looks up the default of every option
            loaded[file] = settings_in_force.load(file)
            if rules := loaded[file].folder("rules"):  # in the environment, where worker processes find it
                os.environ["LUUBAO_RULES"] = str(rules)
    found: Configuration = loaded[file]
    return found


def require_scale() -> None:
    """Raises Misconfigured where the packages of the extra `scale` (rq and redis) are not installed."""
    from importlib.util import find_spec

    if find_spec("rq") is None or find_spec("redis") is None:
        raise Misconfigured("that needs more than luubao brings by itself: pip install 'luubao[scale]'")


class FileDefaults(dict[str, Any]):
    """click's default_map, the same for every command; reads the settings file on the first lookup."""

    def __init__(self, ctx: click.Context):
        super().__init__()
        self.ctx = ctx

    def get(self, command: str, default: Any = None) -> Any:
        return self

    def __contains__(self, parameter: object) -> bool:
        return self[str(parameter)] is not None

    def __getitem__(self, parameter: str) -> Any:
        name = {"path": "db", "pictures": "pictures", "unpack_ratio": "unpack_ratio"}.get(parameter)
        value = configured(self.ctx).archive.get(name) if name else None
        return None if name == "pictures" and "://" in str(value) else value
