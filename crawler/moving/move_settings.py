"""Rewrites the outlet's table in luubao.toml for a new home page."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from archive.model.errors import Misconfigured
from archive.model.urls import host_of
from archive.runtime.atomic_files import atomic_write
from crawler.config.sample_file import toml
from crawler.config.settings_in_force import load
from crawler.moving.new_domain import there
from crawler.outlets.outlet_checks import OutletDescription
from crawler.outlets.toml_outlets import LISTS, Source


def lines_for(outlet: OutletDescription, home: str, *, asks_the_former: bool) -> dict[str, str]:
    """The lines that change, by key. asks_the_former: whether crawls still request the former domain."""
    former, new = host_of(outlet.home), host_of(home)
    hosts = list(dict.fromkeys([new, *outlet.hosts]))
    excluded = [] if asks_the_former else [f"http*://{former}/*", f"http*://{former}:*/*", f"http*://*.{former}/*"]
    lines = {
        "home_url": f"home_url = {toml(home)}",
        "hosts": f"hosts = {_list(hosts)}  # {former} is where it was before",
    }
    if excluded:
        lines["never"] = f"never = {_list(list(dict.fromkeys([*outlet.never, *excluded])))}"
    return lines


def rewritten(file: Path, outlet: OutletDescription, home: str, lines: dict[str, str]) -> str:
    """The text of the file with these lines, and with the URLs in its lists moved to the new domain. Raises
    Misconfigured where the table is in a form that cannot be rewritten."""
    text, former = file.read_text("utf-8-sig"), host_of(outlet.home)
    table = tomllib.loads(text)["outlet"][outlet.name]
    for key in LISTS:
        values = [there(url, home) if host_of(url) == former else url for url in table.get(key, [])]
        if values != table.get(key, []):
            lines = {**lines, key: f"{key} = {_list(values)}"}
    for key, line in lines.items():
        text = _replace_line(file, text, outlet.name, key, line)
    return text


def write(file: Path, text: str, name: str, home: str) -> None:
    """Replaces the file, if it loads with the new home page. Else raises Misconfigured, and changes nothing."""
    with atomic_write(file, replace=True) as place:
        place.write_text(text, "utf-8")
        place.chmod(file.stat().st_mode & 0o777)
        found = load(place, {}).declared.outlets.get(name)
        if found is None or found.home != home:
            raise Misconfigured(f"{file} [outlet.{name}] could not be rewritten: write these lines by hand")


def _replace_line(file: Path, text: str, name: str, key: str, line: str) -> str:
    source, lines = Source(file, text), text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    start = source.line("outlet", name, key)
    if start:
        lines[start - 1 : source.end(start)] = [f"{line}\n"]
    else:
        lines.insert(source.end(source.line("outlet", name, "home_url")), f"{line}\n")
    return "".join(lines)


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(toml, values))}]"
