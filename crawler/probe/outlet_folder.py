"""A folder for one newspaper: its luubao.toml, from what was found, and how to have it crawled from now on."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

from archive.model.errors import LuubaoError
from archive.runtime.atomic_files import arriving
from crawler.config.sample_file import toml
from crawler.config.settings_in_force import FILE
from crawler.probe.outlet_files import seeds_by_kind
from crawler.probe.probe_findings import Findings, NotProbed

_MOST_SECTIONS = 12


def refuse_what_is_there(folder: Path, url: str) -> None:
    """Raises NotProbed for a folder that holds something."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise NotProbed(
            f"{folder} is there already, and nothing was written. Name another, as in `luubao init {url} {folder}-2`,"
            f" or move it away. To keep one more newspaper in a folder, add a table [outlet.NAME] to its {FILE}"
        )


def write(found: Findings, folder: Path, contact: str | None) -> Path:
    """Makes the folder with its file of settings; returns the file. Raises NotProbed where that cannot be."""
    try:
        with arriving(folder, parents=True) as place:
            place.mkdir()
            (place / FILE).write_text(settings(found, contact), "utf-8")
    except LuubaoError as error:
        raise NotProbed(str(error)) from error
    return folder / FILE


def settings(found: Findings, contact: str | None) -> str:
    """The text of luubao.toml."""
    return "\n".join([*_common(found, contact), *_table(found)]) + "\n"


def _common(found: Findings, contact: str | None) -> Iterator[str]:
    yield f"# {_plain(found.title.value)}, kept by luubao. `luubao settings --example` shows all that can be set."
    yield from ("", "[archive]", 'db = "luubao.db"', "", "[crawl]")
    yield f"contact = {toml(contact)}" if contact else '#contact = "you@example.org"  # needed for papers elsewhere'
    yield ""


def _table(found: Findings) -> Iterator[str]:
    feeds, sitemaps = seeds_by_kind(found)
    yield f"[outlet.{found.name.value}]"
    yield f"title = {toml(_plain(found.title.value))}  # {found.title.certainty}: {_plain(found.title.why)}"
    yield f"home_url = {toml(found.home)}"
    yield f"hosts = {_list(found.hosts)}"
    yield f"feeds = {_list(feeds)}"
    yield f"sitemaps = {_list(sitemaps)}"
    yield from _sections(found)
    yield f"timezone = {toml(found.timezone.value)}  # {found.timezone.certainty}: {_plain(found.timezone.why)}"
    yield '#never = ["/in-bai/*", "*?print=1"]  # addresses that are not to be asked for'
    if found.is_local and found.delay is None:
        yield "delay = 0  # it is on this machine"


def _sections(found: Findings) -> Iterator[str]:
    """Those of the menu need not be named: every crawl begins with the home page, which leads to them."""
    for one in found.sections[:_MOST_SECTIONS]:
        yield f"# the menu leads to {_plain(one.title)}: {_plain(urlsplit(one.url).path)}"
    yield "sections = []  # lists that the home page does not lead to"


def _plain(text: str) -> str:
    """One line, in which nothing ends a comment or a text."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _list(values: tuple[str, ...] | list[str]) -> str:
    return f"[{', '.join(map(toml, values))}]"


def ways_on(name: str, file: Path) -> Iterator[str]:
    """A line for a crontab, a systemd timer, and how to look at what is kept."""
    where = file.resolve()
    luubao = [*_program(), "--config", str(where)]
    minute = crc32(name.encode()) % 60  # not everybody's at the full hour
    command = shlex.join([*luubao, "crawl", name])
    yield "From now on, every two hours: a line for `crontab -e`"
    yield f"{minute} */2 * * * {command.replace('%', chr(92) + '%')}"
    yield ""
    yield f"or, with systemd, ~/.config/systemd/user/luubao-{name}.service and .timer, and then"
    yield f"systemctl --user enable --now luubao-{name}.timer"
    yield from ("", "[Unit]", f"Description=Crawl of {name}", "[Service]", "Type=oneshot")
    yield f"ExecStart={' '.join(map(_for_systemd, [*luubao, 'crawl', name]))}"
    yield from ("SuccessExitStatus=5 6 75", "KillMode=mixed", "TimeoutStopSec=3min")
    yield from ("", "[Timer]", f"OnCalendar=*-*-* 00/2:{minute:02}", "Persistent=yes", "[Install]")
    yield from ("WantedBy=timers.target", "")
    yield "Look at it:"
    yield f"cd {shlex.quote(str(where.parent))}"
    yield f"{shlex.join(_program())} serve --open luubao.db"


def _program() -> list[str]:
    """The command, as a crontab finds it."""
    installed = Path(sys.executable).with_name("luubao")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "crawler"]


def _for_systemd(word: str) -> str:
    """A word of a command line (systemd.service(5)): quoted, with nothing in it that stands for something else."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if plain != word or " " in word else word
