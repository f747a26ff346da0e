"""`luubao settings`: prints the settings in force and the origin of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archive.cli.options import json_option
from archive.console.output import say, say_all, say_json, say_whole
from crawler.cli.setting_options import config_option, configured, misconfigured

if TYPE_CHECKING:
    from crawler.config.settings_in_force import Configuration, Setting


@click.command()
@config_option
@click.argument("outlet", required=False)
@json_option
@click.option("--example", is_flag=True, help="Print a sample luubao.toml with every setting explained.")
@click.pass_context
def settings(ctx: click.Context, outlet: str | None, as_json: bool, example: bool) -> None:
    """Shows the settings in force and where each comes from.

    For all outlets, or for one.

    \b
    Examples:
      luubao settings baophutho
      luubao settings --example > luubao.toml
    """
    from crawler.cli.outlets import print_mistakes
    from crawler.config.sample_file import lines, sample

    if example:
        say_whole(sample())
        return
    found = configured(ctx)
    with misconfigured():
        in_force = found.settings(outlet, _spider_settings(outlet, found))
    if as_json:
        say_json(_settings_as_json(found, outlet, in_force))
    else:
        say(f"{'file':16}  {found.file.absolute() if found.file else 'none: built-in values and the environment'}")
        say_all(lines(in_force, found.file))
    if outlet is None:  # those of a single outlet were raised already
        print_mistakes()


def _spider_settings(outlet: str | None, found: Configuration) -> dict[str, Any]:
    from crawler.outlets.catalogue import catalogue, described

    if outlet or found.outlets:
        found.check_outlets([described_outlet.name for described_outlet in catalogue()])
    return described(outlet).settings if outlet else {}


def _settings_as_json(found: Configuration, outlet: str | None, in_force: list[Setting]) -> dict[str, Any]:
    from crawler.config.setting_keys import BY_NAME

    return {
        "file": str(found.file.absolute()) if found.file else None,
        "outlet": outlet,
        "settings": {setting.key.name: {"value": setting.shown, "origin": setting.origin} for setting in in_force},
        "outlets": {
            name: {key: BY_NAME[key].shown(value) for key, value in values.items()}
            for name, values in found.outlets.items()
        },
    }
