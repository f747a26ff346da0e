"""`luubao settings`: prints the settings in force and the origin of each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from archive.cli.options import json_option
from archive.console import say, say_all, say_json, say_whole
from crawler.cli.outlets import print_mistakes
from crawler.cli.setting_options import config_option, configured, misconfigured
from crawler.config.catalogue import catalogue, described
from crawler.config.setting_keys import BY_NAME, KEYS, Key
from crawler.config.setting_types import toml
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
        say_all(_lines(in_force, found.file))
    if outlet is None:  # those of a single outlet were raised already
        print_mistakes()


def _spider_settings(outlet: str | None, found: Configuration) -> dict[str, Any]:
    if outlet or found.outlets:
        found.check_outlets([described_outlet.name for described_outlet in catalogue()])
    return described(outlet).settings if outlet else {}


def _settings_as_json(found: Configuration, outlet: str | None, in_force: list[Setting]) -> dict[str, Any]:
    return {
        "file": str(found.file.absolute()) if found.file else None,
        "outlet": outlet,
        "settings": {setting.key.name: {"value": setting.shown, "origin": setting.origin} for setting in in_force},
        "outlets": {
            name: {key: BY_NAME[key].shown(value) for key, value in values.items()}
            for name, values in found.outlets.items()
        },
    }


def _lines(settings: list[Setting], file: Path | None) -> Iterator[str]:
    """One line for each setting: name, value, origin."""
    for setting in settings:
        origin = setting.origin.removeprefix(f"{file} ") if file else setting.origin
        yield f"{setting.key.name:16}  {toml(setting.shown):34}  {origin}"


_HEAD = """\
# Settings of luubao. A line that begins with # and a setting's name shows what holds without it, or an example; take
# the # away to change it. This file is looked for where --config or LUUBAO_CONFIG says, then as ./luubao.toml, then as
# ~/.config/luubao/luubao.toml. Every setting can be given in the environment too, as LUUBAO_DELAY=2.5 for delay, which
# goes before this file; the command line goes before both. `luubao settings` shows what is in force, and why.
"""
_TAIL = """
# Settings of one outlet override [crawl]. All settings of [crawl] can stand here.
#[outlets.baophutho]
#delay = 5
#hours = "22:00-06:00"

# A newspaper of your own, with its facts; title and home_url are enough, and `luubao init` writes it. All
# settings of [crawl] can stand here too.
#[outlet.baotrungdu]
#title = "Báo Trung Du"
#home_url = "https://baotrungdu.vn/"
#hosts = ["baotrungdu.vn"]
#feeds = ["/rss/home.rss"]
#sitemaps = ["/sitemap.xml"]
#sections = ["/thoi-su/"]
#never = ["/in-bai/*"]
#timezone = "Asia/Ho_Chi_Minh"

# A saved search whose matches are sent after each run; docs/alerts.md has all its keys. The secrets of an address are
# better kept in the environment, which $NAME stands for. `luubao alerts test bridges` sends a sample.
#[alert.bridges]
#words = '"cầu Bến Gót" OR ngân sách'
#kinds = ["edited", "gone"]
#to = ["$ALERT_MAIL", "json://hooks.example/luubao"]
"""
_WIDTH = 116


def sample() -> str:
    """A luubao.toml with every setting explained, and commented out."""
    return _HEAD + "".join(_section(name, KEYS) for name in ("archive", "crawl", "many")) + _TAIL


def _section(name: str, keys: tuple[Key, ...]) -> str:
    return f"\n[{name}]\n" + "".join(_sample_lines(key) for key in keys if key.section == name)


def _sample_lines(key: Key) -> str:
    meaning = "".join(f"# {line}\n" for line in textwrap.wrap(key.meaning, _WIDTH))
    value = key.example if key.default is None else key.default
    return f"\n{meaning}#{key.name} = {toml(value)}\n"
