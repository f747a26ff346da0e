"""Makes a folder for one newspaper with its luubao.toml, and prints how to schedule crawls (cron, systemd)."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

from archive.model.errors import LuubaoError
from archive.runtime.atomic_files import atomic_write
from crawler.config.setting_types import Value, toml
from crawler.config.settings_in_force import FILE
from crawler.probe.probe_findings import Findings, LinkSource, NotProbed, address

_MAX_SECTIONS = 12
_MAX_SITEMAPS = 6


def require_empty_folder(folder: Path, url: str) -> None:
    """Raises NotProbed for a folder that is not empty."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise NotProbed(
            f"{folder} is there already, and nothing was written. Name another, as in `luubao init {url} {folder}-2`,"
            f" or move it away. To keep one more newspaper in a folder, add a table [outlet.NAME] to its {FILE}"
        )


def write(texts: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Makes the folder with its files; returns them. Raises NotProbed where that fails."""
    try:
        with atomic_write(folder, parents=True) as place:
            for name, text in texts.items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_text(text, "utf-8")
    except (LuubaoError, OSError) as error:
        raise NotProbed(str(error)) from error
    return tuple(folder / name for name in texts)


def files(found: Findings, contact: Value) -> dict[str, str]:
    """The files of the folder: luubao.toml, and reading rules where some were found that help."""
    settings = "\n".join([*_general_lines(found, contact), *_outlet_lines(found)]) + "\n"
    rules = {f"rules/{found.name.value}.toml": "\n".join(_rule_lines(found)) + "\n"} if found.trials else {}
    return {FILE: settings, **rules}


def _general_lines(found: Findings, contact: Value) -> Iterator[str]:
    yield f"# {_single_line(found.title.value)}, kept by luubao. `luubao settings --example` shows all that can be set."
    yield from ("", "[archive]", 'db = "luubao.db"', "", "[crawl]")
    yield f"contact = {toml(contact)}" if contact else '#contact = "you@example.org"  # needed for papers elsewhere'
    yield ""


def _outlet_lines(found: Findings) -> Iterator[str]:
    feeds, sitemaps = _seeds_by_kind(found)
    yield f"[outlet.{found.name.value}]"
    yield f"title = {toml(_single_line(found.title.value))}  # {found.title.certainty}: {_single_line(found.title.why)}"
    yield f"home_url = {toml(found.home)}"
    yield f"hosts = {toml(found.hosts)}"
    yield f"feeds = {toml(feeds)}"
    yield f"sitemaps = {toml(sitemaps)}"
    yield from _section_lines(found)
    yield f"timezone = {toml(found.timezone.value)}  # {found.timezone.certainty}: {_single_line(found.timezone.why)}"
    yield '#never = ["/in-bai/*", "*?print=1"]  # addresses that are not to be asked for'
    if found.is_local and found.delay is None:
        yield "delay = 0  # it is on this machine"


def _section_lines(found: Findings) -> Iterator[str]:
    """The sections of the menu, as comments only: every crawl begins with the home page, which links to them."""
    for section in found.sections[:_MAX_SECTIONS]:
        yield f"# the menu leads to {_single_line(section.title)}: {_single_line(address(section.url))}"
    yield "sections = []  # lists that the home page does not lead to"


def _seeds_by_kind(found: Findings) -> tuple[list[str], list[str]]:
    """The feed with the most entries and the working sitemaps, relative to the home page, as (feeds, sitemaps). The
    home page itself is always a seed: it links to the sections of its menu and declares feeds."""
    working = [source for source in found.sources if source.works]
    feeds = sorted((source for source in working if source.kind == "feed"), key=lambda feed: -(feed.entries or 0))
    maps = [source for source in working if source.kind != "feed" and not source.is_in_index]
    return (
        [_relative_url(source, found.home) for source in feeds[:1]],
        [_relative_url(source, found.home) for source in maps[:_MAX_SITEMAPS]],
    )


def _relative_url(source: LinkSource, home: str) -> str:
    return address(source.url) if urlsplit(source.url).netloc == urlsplit(home).netloc else source.url


def _rule_lines(found: Findings) -> Iterator[str]:
    yield f"# Where {_single_line(found.title.value)} keeps what luubao did not find by itself"
    yield f"hosts = {toml(found.hosts)}"
    yield from ("", "[[rules]]")
    for field in dict.fromkeys(trial.suggestion.field for trial in found.trials):
        trials = [trial for trial in found.trials if trial.suggestion.field == field]
        for trial in trials:
            yield f"# tried on {trial.of} articles that lacked it, found in {trial.gained}: look whether it is so"
        yield f"{field} = {toml([trial.suggestion.written for trial in trials])}"


def _single_line(text: str) -> str:
    """The text as one line of printable characters, safe in a comment or a TOML string."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def next_steps(name: str, file: Path) -> Iterator[str]:
    """The next steps: a line for a crontab, a systemd timer, and how to view the archive."""
    config_file = file.resolve()
    luubao = [*_luubao_command(), "--config", str(config_file)]
    minute = crc32(name.encode()) % 60  # spreads the load: not all outlets at the full hour
    command = shlex.join([*luubao, "crawl", name])
    yield "From now on, every two hours: a line for `crontab -e`"
    yield f"{minute} */2 * * * {command.replace('%', chr(92) + '%')}"
    yield ""
    yield f"or, with systemd, ~/.config/systemd/user/luubao-{name}.service and .timer, and then"
    yield f"systemctl --user enable --now luubao-{name}.timer"
    yield from ("", "[Unit]", f"Description=Crawl of {name}", "[Service]", "Type=oneshot")
    yield f"ExecStart={' '.join(map(_quoted_for_systemd, [*luubao, 'crawl', name]))}"
    yield from ("SuccessExitStatus=5 6 75", "KillMode=mixed", "TimeoutStopSec=3min")
    yield from ("", "[Timer]", f"OnCalendar=*-*-* 00/2:{minute:02}", "Persistent=yes", "[Install]")
    yield from ("WantedBy=timers.target", "")
    yield "Look at it:"
    yield f"cd {shlex.quote(str(config_file.parent))}"
    yield f"{shlex.join(_luubao_command())} serve --open luubao.db"


def _luubao_command() -> list[str]:
    """The luubao command with its full path, for a crontab."""
    installed = Path(sys.executable).with_name("luubao")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "crawler"]


def _quoted_for_systemd(word: str) -> str:
    """Quotes a word of a command line for systemd (systemd.service(5)), with its special characters escaped."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != word or " " in word else word
