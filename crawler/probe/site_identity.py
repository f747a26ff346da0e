"""Identifies a site: its name and title, hosts, time zone and content management system."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from archive import Reading, Unreadable
from archive.extract.sections import is_vietnamese
from archive.model.urls import host_of
from archive.rules.families import FAMILIES
from archive.rules.months import observes, zone_of_host
from archive.text.folding import key_of
from crawler.probe.article_sample import FetchedCandidate
from crawler.probe.client import Facts
from crawler.probe.probe_findings import Finding

_BETWEEN = re.compile(r"\s+[-–—|»>:·•]+\s+|\s*[|»]\s*|\s+::\s+")
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,24}", re.IGNORECASE)
_SECOND_LEVEL = frozenset({"com", "net", "org", "gov", "edu", "info", "co", "ac", "or", "ne", "gob"})
_VIETNAM = "Asia/Ho_Chi_Minh"


def is_local(url: str) -> bool:
    host = host_of(url)
    return host in ("::1", "localhost") or (host.startswith("127.") and _is_ip(host))


def _is_ip(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def title_of(pages: Sequence[Facts], home: str) -> Finding:
    """The paper's title: as its pages declare it (og:site_name), in the spelling of their titles; or the part that
    their titles share."""
    declared = Counter(name for page in pages if (name := page.meta("og:site_name")) and not _HOST.fullmatch(name))
    parts = [[part for part in _BETWEEN.split(page.title) if len(part) > 2] for page in pages]
    # reversed, because the paper's name is mostly the last part of a title
    shared = Counter(part for page_parts in reversed(parts) for part in dict.fromkeys(reversed(page_parts)))
    for name, count in declared.most_common(1):
        spelling = next((part for part, _ in shared.most_common() if key_of(part) == key_of(name)), None)
        titles = f", and in the titles of {shared[spelling]} of {len(pages)}" if spelling else ""
        sure = count > 1 or spelling
        return Finding(spelling or name, "sure" if sure else "likely", f"og:site_name on {_pages(count)}{titles}")
    for name, count in shared.most_common(1):
        if count > 1:
            sure = count >= 0.7 * len(pages) and len(pages) > 3
            return Finding(name, "sure" if sure else "likely", f"in the titles of {count} of {len(pages)} pages")
    title = pages[0].title if pages else ""
    return Finding(title or host_of(home), "a guess", "the home page's title" if title else "its pages have no title")


def _pages(count: int) -> str:
    return "a page" if count == 1 else f"{count} pages"


def name_of(home: str, title: str) -> Finding:
    """A name of the outlet for the command line: a Python identifier."""
    host = host_of(home)
    if is_local(home) or _is_ip(host):
        return Finding(_identifier(title) or "paper", "a guess", "from its title, for its host has no name")
    labels = host.split(".")
    name_labels = labels[:-2] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[:-1]
    return Finding(_identifier(name_labels[-1] if name_labels else host) or "paper", "sure", f"from its host {host}")


def _identifier(text: str) -> str:
    name = "".join(letter for letter in key_of(text) if letter.isascii())
    return f"bao{name}" if name[:1].isdigit() else name


def host_notes(home: Facts, given_url: str, other: str | None) -> tuple[str, ...]:
    """Notes on the site's hosts. other: the note on its host with, or without, `www.`."""
    notes = [f"asked for {given_url}, it answers from {home.page.url}"] if home.page.via else []
    notes += [other] if other else []
    own = urlsplit(home.page.url).hostname or ""
    hosts = Counter(host for url in (*home.twins, *home.anchors) if (host := urlsplit(url).hostname))
    mobile_hosts = {urlsplit(url).hostname for url in home.twins}
    for host, count in hosts.most_common():
        if host.removeprefix("www.") != own.removeprefix("www."):
            links = f"{'a link' if count == 1 else f'{count} links'} on the home page"
            notes.append(f"{host}: {'its copy for phones' if host in mobile_hosts else links}")
    return tuple(notes[:8])


def timezone_of(home: str, tried: Iterable[FetchedCandidate]) -> Finding:
    """The time zone of its printed times: its country's, or Hanoi's where its pages are Vietnamese."""
    articles = [candidate for candidate in tried if isinstance(candidate.reading, Reading)]
    readings = [candidate.reading for candidate in articles if isinstance(candidate.reading, Reading)]
    offsets = Counter(
        f"{moment:%z}"
        for reading in readings
        if (moment := reading.published_at) and "assumed" not in dict(reading.origins).get("published_at", "assumed")
    )
    evidence = [
        f"the stamps of {count} of {len(articles)} articles say {offset}" for offset, count in offsets.most_common(1)
    ]
    zone = zone_of_host(host_of(home))
    if zone is not None:
        moments = (reading.published_at for reading in readings)
        agrees = all(observes(zone, moment.tzinfo) for moment in moments if moment and moment.tzinfo)
        why = "; ".join([f"the only clock of its country (.{host_of(home).rpartition('.')[2]})", *evidence])
        return Finding(zone.key, "sure" if agrees else "likely", why)
    vietnamese = sum(_is_vietnamese(candidate) for candidate in articles)
    if vietnamese * 2 > len(articles):
        why = "; ".join([f"{vietnamese} of {len(articles)} articles are in Vietnamese", *evidence])
        return Finding(_VIETNAM, "likely", why)
    return Finding(_VIETNAM, "a guess", "; ".join(["nothing names its country", *evidence]))


def _is_vietnamese(candidate: FetchedCandidate) -> bool:
    declared = candidate.reading.language if isinstance(candidate.reading, Reading) else None
    return (declared or candidate.facts.language).startswith("vi") or is_vietnamese(candidate.facts.title)


def system_of(tried: Sequence[FetchedCandidate], title: str) -> tuple[Finding, ...]:
    """The content management systems whose marks are on the articles, and the generator that the pages declare; not
    where they declare the paper's title there."""
    articles = [candidate for candidate in tried if isinstance(candidate.reading, Reading)]
    marks = Counter(
        family.name
        for candidate in articles
        for family in FAMILIES
        if any(mark in candidate.facts.text for mark in family.marks)
    )
    by_family = Counter(family for candidate in articles for family in _origins(candidate.reading))
    found = []
    for name, count in marks.most_common():
        gave = f"its rules gave {f'fields of {by_family[name]}' if by_family[name] else 'nothing'}"
        why = f"its marks are on {count} of {len(articles)} articles, and {gave}"
        found.append(Finding(name, "sure" if by_family[name] else "likely", why))
    declared = Counter(candidate.facts.meta("generator") for candidate in articles)
    for name, count in declared.most_common(1):
        if name and key_of(name) != key_of(title):
            why = f"{_pages(count)} declare{'s' if count == 1 else ''} it as their generator"
            found.append(Finding(name, "sure", why))
    return tuple(found)


def _origins(reading: Reading | Unreadable) -> set[str]:
    """The rules that gave fields of a page."""
    origins = reading.origins if isinstance(reading, Reading) else ()
    return {value.removeprefix("rules:").partition("/")[0] for name, value in origins if name != "rules"}
