"""`luubao outlets`: lists the known outlets, probes the site of a new one, and moves one to a new domain; and the
commands to begin with: `luubao init` probes a newspaper's site, writes a folder with its luubao.toml and crawls a few
pages; `luubao demo` serves a small newspaper on this machine and crawls it on three days."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.options import Commands, db_option, json_option
from archive.console import say, say_all, say_json
from archive.model.errors import LuubaoError, Misconfigured
from archive.model.urls import without_credentials
from crawler.cli.setting_options import config_option, configured, misconfigured, setting_option
from crawler.config.catalogue import catalogue, described, load_catalogue
from crawler.config.setting_types import Value
from crawler.config.settings_in_force import Configuration

if TYPE_CHECKING:
    from crawler.probe import Findings


@click.command()
@click.argument("name")
@click.argument("url")
@db_option
@click.option("--write", "writes", is_flag=True, help="Apply the change; otherwise only print it.")
@setting_option("--contact", "contact", "ADDRESS")
@config_option
@click.pass_context
def move(ctx: click.Context, /, name: str, url: str, path: Path, writes: bool, **given: Any) -> None:
    """Follows the outlet NAME to another domain, whose home page is URL.

    Histories go on there. Asks for some known articles at the new domain and prints what it found. With --write,
    changes the outlet's table in luubao.toml, and the next crawls ask for all known articles at the same path
    there. An article there is the same if path, number in the URL or words match, and headline or text agree. An
    article that is not found there stays as it is and is not reported gone.

    \b
    Examples:
      luubao outlets move baophutho https://baophutho.example
      luubao outlets move baophutho https://baophutho.example --write
    """
    settings = configured(ctx).with_command_line(given)
    with misconfigured(Misconfigured):
        _move(settings, name, url, path, writes=writes)


def _move(settings: Configuration, name: str, url: str, path: Path, *, writes: bool) -> None:
    from crawler import moving

    outlet = described(name)
    known = moving.known_articles(path, outlet)
    contact = settings.value("contact", outlet.name)
    found = moving.look(outlet, url, known, contact=contact, config=settings.file)
    say_all(moving.report_lines(outlet, found, len(known)))
    lines = moving.lines_for(outlet, found.home, asks_the_former=found.former == "leads there")
    by_hand = name not in settings.declared.outlets or settings.file is None
    say_all(("", *moving.to_be_done(outlet.place, lines, by_hand=by_hand)))
    if not writes:
        say_all(("", "Nothing was changed; --write does it."))
        return
    if not by_hand and settings.file:
        text = moving.rewritten(settings.file, outlet, found.home, lines)
        moving.write(settings.file, text, name, found.home)
        say(f"written: {settings.file}")
    say(f"{moving.enqueue(path, outlet, found, known)} addresses wait for the next crawl")


@click.group(cls=Commands, invoke_without_command=True)
@json_option
@click.pass_context
def outlets(ctx: click.Context, as_json: bool) -> None:
    """Lists the outlets that can be crawled.

    They come with luubao, from luubao.toml, or from your own spiders. Reports each mistake with file, line and
    remedy, and exit code 2; the other outlets are not affected. `probe` looks at a newspaper that is not listed
    yet; `move` follows one to another domain.

    \b
    Example:
      luubao outlets
    """
    if ctx.invoked_subcommand is None:
        _print_outlets(as_json)


def _print_outlets(as_json: bool) -> None:
    found = [replace(outlet, home=without_credentials(outlet.home)) for outlet in catalogue()]
    if as_json:
        rows = [{"name": outlet.name, "title": outlet.title, "home": outlet.home} for outlet in found]
        say_json(rows)
    else:
        say_all(f"{outlet.name:16} {outlet.title:28} {outlet.home}" for outlet in found)
    print_mistakes()


outlets.add_command(move)


def print_mistakes() -> None:
    """Prints the errors in the definitions of outlets, and exits with 2 where there are any."""
    if mistakes := load_catalogue().messages():
        say_all(mistakes, err=True)
        raise click.exceptions.Exit(2)


def check_name(name: str | None) -> None:
    """Raises BadParameter for a name that a file, a class and a table cannot have."""
    if name is not None and not (name.isidentifier() and name.isascii() and name.islower()):
        raise click.BadParameter("is to be a lowercase Python name, such as baophutho", param_hint="--name")


@outlets.command()
@click.argument("url")
@click.option("--name", help="Name of the outlet; by default derived from its host.")
@click.option("--write", "folder", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Write the files into this new folder; never overwrites.")  # fmt: skip
@setting_option("--contact", "contact", "ADDRESS")
@click.option("--max-requests", "most", default=30, show_default=True, type=click.IntRange(5, 200),
              help="Maximum number of requests, including robots.txt.")  # fmt: skip
@config_option
@json_option
@click.pass_context
def probe(
    ctx: click.Context, /, url: str, name: str | None, folder: Path | None, most: int, as_json: bool, **given: Value
) -> None:
    """Probes a newspaper's site and prints a luubao.toml for it, and reading rules where they help.

    Also prints what it saw and how sure it is: title, hosts, clock, CMS, feeds, sitemaps, sections, pagination, the
    pattern of article URLs, and how well it reads sample articles. As polite as a crawl: obeys robots.txt, fetches
    one page at a time. Exit code 1 if the site cannot be probed or is no newspaper.

    \b
    Examples:
      luubao outlets probe https://baophutho.vn --contact me@example.org
      luubao outlets probe baophutho.vn --write baophutho
    """
    from crawler.probe import outlet_folder  # imported late: Scrapy takes half a second to import
    from crawler.probe import probe as probe_site

    check_name(name)
    if folder is not None:
        outlet_folder.require_empty_folder(folder, url)
    settings = configured(ctx).with_command_line(given)
    contact = settings.value("contact")
    with misconfigured(Misconfigured):
        found = probe_site(url, name=name, most=most, contact=contact, config=settings.file)
    _print_probe(found, outlet_folder.files(found, contact), folder, as_json)


def _print_probe(found: Findings, files: Mapping[str, str], folder: Path | None, as_json: bool) -> None:
    from crawler.probe import outlet_folder, probe_findings

    if as_json:
        say_json({**asdict(found), "files": files})
    else:
        say_all(probe_findings.lines(found))
    if folder is not None:
        say_all((f"written: {path}" for path in outlet_folder.write(files, folder)), err=as_json)
    elif not as_json:
        say_all(line for name, text in files.items() for line in ("", f"# {name}", *text.rstrip("\n").split("\n")))


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
