"""The commands to begin with: `luubao init` probes a newspaper's site, writes a folder with its luubao.toml and crawls
a few pages; `luubao demo` serves a small newspaper on this machine and crawls it on three days.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.console.output import say_all
from archive.model.errors import LuubaoError, Misconfigured
from crawler.cli.outlets import check_name
from crawler.cli.setting_options import config_option, configured, misconfigured, setting_option
from crawler.config.setting_types import Value

if TYPE_CHECKING:
    from crawler.probe import Findings

_SUCCESS_CODES = (0, 6)


@click.command()
@click.argument("url")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--name", help="Name of the outlet; by default derived from its host.")
@setting_option("--contact", "contact", "ADDRESS")
@click.option("--pages", default=20, show_default=True, type=click.IntRange(0, 1000),
              help="Pages of the first crawl; 0 for none.")  # fmt: skip
@config_option
@click.pass_context
def init(ctx: click.Context, /, url: str, folder: Path | None, name: str | None, pages: int, **given: Value) -> None:
    """Starts to keep a newspaper: probes its site, writes a folder.

    Prints what it found and some articles as it reads them, for you to compare with the site: sections, feeds,
    captions, credits, and what it takes for lists. Writes a luubao.toml, and reading rules where they help, crawls a
    few pages, and prints a crontab line and a systemd timer. FOLDER is the outlet's name by default; a folder that is
    not empty stays unchanged.

    \b
    Examples:
      luubao init https://baophutho.vn --contact me@example.org
      luubao init baophutho.vn /srv/baophutho --name baophutho
    """
    check_name(name)
    settings = configured(ctx).with_command_line({"contact": given["contact"]})
    from crawler.probe.outlet_folder import next_steps

    with misconfigured(Misconfigured):
        file, found = _probe_and_write(url, folder, name, settings.value("contact"))
    code = _first_crawl(found.name.value, file, pages) if pages else 0
    say_all(next_steps(found.name.value, file))
    raise click.exceptions.Exit(0 if code in _SUCCESS_CODES else code)


def _probe_and_write(url: str, folder: Path | None, name: str | None, contact: Value) -> tuple[Path, Findings]:
    from crawler.probe import outlet_folder as place
    from crawler.probe import probe, probe_findings

    if folder or name:
        place.require_empty_folder(folder or Path(name or ""), url)
    found = probe(url, name=name, contact=contact)
    target = folder or Path(found.name.value)
    place.require_empty_folder(target, url)
    say_all((*probe_findings.lines(found), *probe_findings.sample_lines(found)))
    written = place.write(place.files(found, contact), target)
    say_all(("", *(f"written: {path}" for path in written)))
    return written[0], found


def _first_crawl(name: str, file: Path, pages: int) -> int:
    """Crawls in a subprocess, as cron will. Returns its exit code."""
    import subprocess

    say_all(("", f"The first {pages} pages:"))
    command = [sys.executable, "-m", "crawler", "--config", str(file), "crawl", name, "--max-pages", str(pages)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LUUBAO_")}
    completed = subprocess.run([*command, "--json"], check=False, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        counts = json.loads(completed.stdout)["counts"]
    except (ValueError, KeyError) as error:
        raise LuubaoError(
            f"the first crawl ended with exit code {completed.returncode}; `luubao crawl` says more"
        ) from error
    labels = {"captures": "pages", "new": "articles", "pictures": "pictures"}
    summary = ", ".join(f"{counts.get(key, 0)} {label}" for key, label in labels.items())
    say_all((f"{summary}; all else waits for the next crawl", ""))
    return completed.returncode


@click.command()
@click.option("--db", "path", default="demo.db", show_default=True, type=click.Path(dir_okay=False, path_type=Path),
              help="Archive to create; must not exist.")  # fmt: skip
@click.option("--serve", is_flag=True, help="Only serve the newspaper, until Ctrl-C.")
@click.option(
    "--day", type=click.IntRange(1, 3), default=1, show_default=True, help="With --serve: which day of the newspaper."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True,
              help="With --serve: the port; 0 takes a free one.")  # fmt: skip
@click.option(
    "--articles",
    type=click.IntRange(0, 100_000),
    default=0,
    show_default=True,
    help="With --serve: add this many generated articles to lists, feeds and sitemaps.",
)
def demo(path: Path, serve: bool, day: int, port: int, articles: int) -> None:
    """Crawls a small newspaper on this machine on three days.

    Publishes the newspaper, prints what changed between the crawls, and checks it. Exit code 1 if anything in the
    archive differs from what was published.

    \b
    Examples:
      luubao demo
      luubao demo --serve --day 2 --port 8765
      luubao demo --serve --articles 10000
    """
    from crawler.demo_walkthrough import serve_paper, walk_through

    if serve:
        serve_paper(day, port, articles)
    else:
        raise click.exceptions.Exit(walk_through(path))
