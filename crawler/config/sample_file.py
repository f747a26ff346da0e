"""Formats the sample luubao.toml, and the settings in force."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path

from crawler.config.setting_keys import KEYS, Key
from crawler.config.setting_types import Value
from crawler.config.settings_in_force import Setting

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

# A newspaper of your own, with what can be said of it; title and home_url are enough, and `luubao init` writes it. All
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
    return _HEAD + "".join(_section(name) for name in ("archive", "crawl", "many")) + _TAIL


def _section(name: str) -> str:
    return f"\n[{name}]\n" + "".join(_lines(key) for key in KEYS if key.section == name)


def _lines(key: Key) -> str:
    meaning = "".join(f"# {line}\n" for line in textwrap.wrap(key.meaning, _WIDTH))
    value = key.example if key.default is None else key.default
    return f"\n{meaning}#{key.name} = {toml(value)}\n"


def toml(value: Value) -> str:
    """A value in TOML syntax; a dash for None."""
    if value is None:
        return "-"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | int | float) else value.isoformat()


def lines(settings: list[Setting], file: Path | None) -> Iterator[str]:
    """One line for each setting: name, value, origin."""
    for setting in settings:
        origin = setting.origin.removeprefix(f"{file} ") if file else setting.origin
        yield f"{setting.key.name:16}  {toml(setting.shown):34}  {origin}"
