"""Moves an outlet to a new domain: finds its archived articles there, and changes its settings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from archive import LuubaoError, Reading, open_archive, read_page, same_site
from archive.frontier.url_queue import wait_for
from archive.history.article_identity import are_domains, may_have_moved, number_in
from archive.model.clock import now
from archive.model.errors import Misconfigured
from archive.model.urls import host_of, url_key
from archive.queries.lookup import Article, articles
from archive.runtime.atomic_files import atomic_write, outlet_lock
from archive.storage.captures.kept_captures import outlets_of
from archive.text.equivalence import plain
from crawler.config.descriptions import LISTS, OutletDescription, SettingsText
from crawler.config.setting_types import Value, toml
from crawler.config.settings_in_force import load
from crawler.probe import home_page, run_exploration
from crawler.probe.client import Client, Facts, NoPage, Page
from crawler.probe.probe_findings import NotProbed

Former = Literal["leads there", "answers still", "does not answer"]
SAMPLE = 12
_MAX_BY_NUMBER = 6


@dataclass(frozen=True, slots=True)
class Sampled:
    """A known article and its URL on the new domain. outcome: the article is there, another page, or none; why: the
    reason."""

    old: str
    new: str
    outcome: Literal["same", "other", "missing"]
    why: str = ""


@dataclass(frozen=True, slots=True)
class MoveCheck:
    """The result of a look at the new domain. home: the new home page; former: what the former one does now; why: the
    reason; by_path, by_number: the samples of articles at the same path, and at another path with the same number."""

    home: str
    former: Former
    why: str
    by_path: tuple[Sampled, ...]
    by_number: tuple[Sampled, ...]

    @property
    def keeps_paths(self) -> bool:
        return 2 * sum(article.outcome == "same" for article in self.by_path) >= max(1, len(self.by_path))

    @property
    def keeps_numbers(self) -> bool:
        return any(article.outcome == "same" for article in self.by_number)


def known_articles(path: Path, outlet: OutletDescription) -> list[Article]:
    """The articles that the archive has of the outlet's present domain, without those that are gone."""
    with open_archive(path) as db:
        (run,) = outlets_of(db, outlet.name)
        known, home = articles(db, outlet=run.outlet.name), host_of(outlet.home)
    return [article for article in known if article.gone_since is None and not are_domains(host_of(article.url), home)]


def look(
    outlet: OutletDescription, url: str, known: Sequence[Article], *, contact: Value, config: Path | None
) -> MoveCheck:
    """Looks for known articles on the site of a URL. Raises as `run_exploration`, and LuubaoError for the present
    domain."""
    if host_of(url if "://" in url else f"https://{url}") == host_of(outlet.home):
        raise LuubaoError(f"{outlet.name} is at {outlet.home} already. Give the address it has moved to")
    exploration = partial(check_new_domain, given_url=url, former=outlet.home, known=known)
    return run_exploration(url, exploration, contact=contact, config=config)


def enqueue(path: Path, outlet: OutletDescription, found: MoveCheck, known: Sequence[Article]) -> int:
    """Queues the known articles at the same paths on the new domain, if the domain keeps paths. Returns how many
    wait."""
    if not found.keeps_paths:
        return 0
    with outlet_lock(path, outlet.name), open_archive(path, create=True) as db:
        (run,) = outlets_of(db, outlet.name)
        return wait_for(db, run.outlet_id, [moved_url(article.url, found.home) for article in known], now())


async def check_new_domain(client: Client, given_url: str, former: str, known: Sequence[Article]) -> MoveCheck:
    """Looks for known articles on the site of a URL. former: the home page until now. Raises NotProbed where the site
    cannot be probed, or has none of them."""
    home = await home_page(client, given_url)
    state, why = await _former_state(client, former)
    chosen = known[:: max(1, len(known) // SAMPLE)][:SAMPLE]
    by_path = tuple(
        [await _sample_article(client, article, moved_url(article.url, home.page.url)) for article in chosen]
    )
    pairs = _same_number_links(home, known)[:_MAX_BY_NUMBER]
    by_number = tuple([await _sample_article(client, article, url) for article, url in pairs])
    found = MoveCheck(home.page.url, state, why, by_path, by_number)
    if known and not found.keeps_paths and not found.keeps_numbers:
        raise NotProbed(
            f"{home.page.url} shows none of what is kept: {len(by_path)} articles were asked for at the same path, and"
            f" {len(by_number)} by their number. Check the address; a paper that was taken over under new addresses is"
            " an outlet of its own: luubao init"
        )
    return found


def moved_url(url: str, home: str) -> str:
    """The URL with the same path on the site of a home page."""
    parts, new = urlsplit(url), urlsplit(home)
    return parts._replace(scheme=new.scheme, netloc=new.netloc).geturl()


async def _former_state(client: Client, former: str) -> tuple[Former, str]:
    page = await client.get(former, "the former home page", anywhere=True)
    if isinstance(page, NoPage):
        return "does not answer", page.reason
    if same_site(page.url, client.hosts):
        return "leads there", ""
    return ("answers still", "") if page.is_there else ("does not answer", f"status {page.status}")


def _same_number_links(home: Facts, known: Sequence[Article]) -> list[tuple[Article, str]]:
    """Links of the new home page that have the number of a known article, but another path."""
    numbered = {number: article for article in reversed(known) if (number := number_in(url_key(article.url)))}
    pairs = ((numbered.get(number_in(url_key(link.url)) or ""), link.url) for link in home.links)
    return [
        (article, url)
        for article, url in pairs
        if article
        and may_have_moved(url_key(article.url), url_key(url))
        and urlsplit(article.url).path != urlsplit(url).path
    ]


async def _sample_article(client: Client, article: Article, url: str) -> Sampled:
    page = await client.get(url, "a known article")
    if not isinstance(page, Page):
        return Sampled(article.url, url, "missing", page.reason)
    if not page.is_there:
        return Sampled(article.url, url, "missing", f"status {page.status}")
    reading = read_page(page.body, page.url, encoding=page.encoding)
    if isinstance(reading, Reading) and plain(reading.headline) == plain(article.headline):
        return Sampled(article.url, url, "same")
    return Sampled(article.url, url, "other", reading.headline if isinstance(reading, Reading) else reading.reason)


_FORMER_SENTENCES = {
    "leads there": "leads there: what is known under it goes on being asked for, and each redirect is kept",
    "answers still": "still answers by itself: it is not asked any more, for one article is not two",
    "does not answer": "does not answer: it is not asked any more, and nothing is reported gone for that",
}


def report_lines(outlet: OutletDescription, found: MoveCheck, known: int) -> Iterator[str]:
    former, new = host_of(outlet.home), host_of(found.home)
    yield f"{outlet.title} moves from {former} to {new}"
    yield f"{former} {_FORMER_SENTENCES[found.former]}{f' ({found.why})' if found.why else ''}"
    yield f"{known} articles are known under {former}"
    yield from _sample_lines("asked for at the same path", found.by_path)
    yield from _sample_lines("found on the new home page by their number", found.by_number)
    if found.keeps_paths:
        yield "Articles are at the same path there: all that are known will be asked for at it in the next crawls."
    else:
        yield "Articles have other paths there: those that a crawl finds go on where their number or their words agree."


def _sample_lines(description: str, sample: Sequence[Sampled]) -> Iterator[str]:
    if not sample:
        return
    same = sum(row.outcome == "same" for row in sample)
    yield f"{len(sample)} of them {description}: {same} there with the same headline"
    for row in sample:
        if row.outcome != "same":
            yield f"  {urlsplit(row.new).path}: {'another page' if row.outcome == 'other' else 'not there'} ({row.why})"


def to_be_done(place: str, lines: Mapping[str, str], *, by_hand: bool) -> Iterator[str]:
    yield f"{place}, {'to be changed by hand, as a spider writes it:' if by_hand else 'where these lines change:'}"
    yield from (f"  {line}" for line in lines.values())


def lines_for(outlet: OutletDescription, home: str, *, asks_the_former: bool) -> dict[str, str]:
    """The lines that change, by key. asks_the_former: whether crawls still request the former domain."""
    former, new = host_of(outlet.home), host_of(home)
    hosts = list(dict.fromkeys([new, *outlet.hosts]))
    excluded = [] if asks_the_former else [f"http*://{former}/*", f"http*://{former}:*/*", f"http*://*.{former}/*"]
    lines = {
        "home_url": f"home_url = {toml(home)}",
        "hosts": f"hosts = {toml(hosts)}  # {former} is where it was before",
    }
    if excluded:
        lines["never"] = f"never = {toml(list(dict.fromkeys([*outlet.never, *excluded])))}"
    return lines


def rewritten(file: Path, outlet: OutletDescription, home: str, lines: dict[str, str]) -> str:
    """The text of the file with these lines, and with the URLs in its lists moved to the new domain. Raises
    Misconfigured where the table is in a form that cannot be rewritten."""
    text, former = file.read_text("utf-8-sig"), host_of(outlet.home)
    table = tomllib.loads(text)["outlet"][outlet.name]
    for key in LISTS:
        values = [moved_url(url, home) if host_of(url) == former else url for url in table.get(key, [])]
        if values != table.get(key, []):
            lines = {**lines, key: f"{key} = {toml(values)}"}
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
    source, lines = SettingsText(file, text), text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    start = source.line("outlet", name, key)
    if start:
        lines[start - 1 : source.end(start)] = [f"{line}\n"]
    else:
        lines.insert(source.end(source.line("outlet", name, "home_url")), f"{line}\n")
    return "".join(lines)
