"""Who a site is: its name and title, its hosts, its clock and the system it runs on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archive import Reading
from archive.extract.newsroom_zones import observes, zone_of_host
from archive.extract.sections import is_vietnamese
from archive.rules.families import FAMILIES
from archive.text.folding import key_of
from crawler.probe.article_sample import Tried
from crawler.probe.page_facts import Facts
from crawler.probe.probe_findings import Told

_BETWEEN = re.compile(r"\s+[-–—|»>:·•]+\s+|\s*[|»]\s*|\s+::\s+")
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,24}", re.IGNORECASE)
_SECOND_LEVEL = frozenset({"com", "net", "org", "gov", "edu", "info", "co", "ac", "or", "ne", "gob"})
_VIETNAM = "Asia/Ho_Chi_Minh"


def host_of(url: str) -> str:
    """The site's own host, as spiders name it: without `www.`."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def is_local(url: str) -> bool:
    """Whether the site is on this machine."""
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")


def title_of(pages: Sequence[Facts], home: str) -> Told:
    """What the paper calls itself: as its pages declare it, in the spelling of their titles; or what their titles
    share."""
    declared = Counter(name for page in pages if (name := page.meta("og:site_name")) and not _HOST.fullmatch(name))
    parts = [[part for part in _BETWEEN.split(page.title) if len(part) > 2] for page in pages]
    shared = Counter(part for own in reversed(parts) for part in dict.fromkeys(reversed(own)))  # its name stands last
    for name, count in declared.most_common(1):
        spelt = next((part for part, _ in shared.most_common() if key_of(part) == key_of(name)), None)
        beside = f", and in the titles of {shared[spelt]} of {len(pages)}" if spelt else ""
        return Told(
            spelt or name, "sure" if count > 1 or spelt else "likely", f"og:site_name on {_pages(count)}{beside}"
        )
    for name, count in shared.most_common(1):
        if count > 1:
            sure = count >= 0.7 * len(pages) and len(pages) > 3
            return Told(name, "sure" if sure else "likely", f"in the titles of {count} of {len(pages)} pages")
    title = pages[0].title if pages else ""
    return Told(title or host_of(home), "a guess", "the home page's title" if title else "its pages have no title")


def _pages(count: int) -> str:
    return "a page" if count == 1 else f"{count} pages"


def name_of(home: str, title: str) -> Told:
    """What the outlet can be called on the command line: a Python name."""
    host = host_of(home)
    if is_local(home):
        return Told(_as_name(title) or "paper", "a guess", "from its title, for its host has no name")
    labels = host.split(".")
    known = labels[:-2] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[:-1]
    return Told(_as_name(known[-1] if known else host) or "paper", "sure", f"from its host {host}")


def _as_name(text: str) -> str:
    name = "".join(letter for letter in key_of(text) if letter.isascii())
    return f"bao{name}" if name[:1].isdigit() else name


def host_notes(home: Facts, asked: str, other: str | None) -> tuple[str, ...]:
    """What is to be known of its hosts. other: what was found out about its name with, or without, `www.`."""
    notes = [f"asked for {asked}, it answers from {home.page.url}"] if home.page.via else []
    notes += [other] if other else []
    own = urlsplit(home.page.url).hostname or ""
    hosts = Counter(
        host for url in (*home.twins, *(one.url for one in home.anchors)) if (host := urlsplit(url).hostname)
    )
    phones = {urlsplit(url).hostname for url in home.twins}
    for host, count in hosts.most_common():
        if host.removeprefix("www.") != own.removeprefix("www."):
            notes.append(
                f"{host}: " + ("its copy for phones" if host in phones else f"{_links(count)} on the home page")
            )
    return tuple(notes[:8])


def _links(count: int) -> str:
    return "a link" if count == 1 else f"{count} links"


def timezone_of(home: str, tried: Iterable[Tried]) -> Told:
    """The clock it prints times by: its country's, or Hanoi's where its pages are Vietnamese."""
    articles = [one for one in tried if isinstance(one.reading, Reading)]
    offsets = Counter(
        moment.strftime("%z")
        for one in articles
        if isinstance(one.reading, Reading) and (moment := one.reading.published_at) and _says_zone(one.reading)
    )
    said = [
        f"the stamps of {count} of {len(articles)} articles say {offset}" for offset, count in offsets.most_common(1)
    ]
    zone = zone_of_host(host_of(home))
    if zone is not None:
        agrees = _agrees(zone, tried)
        why = "; ".join([f"the only clock of its country (.{host_of(home).rpartition('.')[2]})", *said])
        return Told(zone.key, "sure" if agrees else "likely", why)
    vietnamese = sum(_is_vietnamese(one) for one in articles)
    if vietnamese * 2 > len(articles):
        why = "; ".join([f"{vietnamese} of {len(articles)} articles are in Vietnamese", *said])
        return Told(_VIETNAM, "likely", why)
    return Told(_VIETNAM, "a guess", "; ".join(["nothing names its country", *said]))


def _is_vietnamese(one: Tried) -> bool:
    declared = one.reading.language if isinstance(one.reading, Reading) else None
    return (declared or one.facts.language).startswith("vi") or is_vietnamese(one.facts.title)


def _says_zone(reading: Reading) -> bool:
    return "assumed" not in dict(reading.origins).get("published_at", "assumed")


def _agrees(zone: ZoneInfo, tried: Iterable[Tried]) -> bool:
    moments = (one.reading.published_at for one in tried if isinstance(one.reading, Reading))
    return all(observes(zone, moment.tzinfo) for moment in moments if moment and moment.tzinfo)


def system_of(tried: Sequence[Tried], title: str) -> tuple[Told, ...]:
    """The content management systems whose marks the articles bear, and what the pages declare of theirs; some declare
    the paper's title there."""
    articles = [one for one in tried if isinstance(one.reading, Reading)]
    marks = Counter(
        family.name for one in articles for family in FAMILIES if any(mark in one.facts.text for mark in family.marks)
    )
    read = Counter(family for one in articles for family in _families_in(one.reading))
    families = tuple(
        Told(name, "sure" if read[name] else "likely", _seen_by_marks(count, read[name], len(articles)))
        for name, count in marks.most_common()
    )
    declared = Counter(one.facts.meta("generator") for one in articles)
    return families + tuple(
        Told(name, "sure", f"{_pages(count)} declare{'s' if count == 1 else ''} it as their generator")
        for name, count in declared.most_common(1)
        if name and key_of(name) != key_of(title)
    )


def _seen_by_marks(marked: int, read: int, of: int) -> str:
    gave = f"its rules gave fields of {read}" if read else "its rules gave nothing"
    return f"its marks are on {marked} of {of} articles, and {gave}"


def _families_in(reading: object) -> set[str]:
    if not isinstance(reading, Reading):
        return set()
    origins = {value.removeprefix("rules:").partition("/")[0] for name, value in reading.origins if name != "rules"}
    return origins & {family.name for family in FAMILIES}
