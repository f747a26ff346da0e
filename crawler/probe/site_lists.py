"""The lists of a site: what its menu leads to, and how their later pages are addressed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from archive import Link
from archive.frontier.url_patterns import LIKELY, Experience
from archive.model.urls import url_key
from crawler.probe.client import Client, Page
from crawler.probe.page_facts import Facts
from crawler.probe.probe_findings import Paging, Section

_LONGEST = 40  # characters of a section's name
_LOOKED_AT = 3
_NUMBER = re.compile(r"\d+")
_NO_SECTION = re.compile(r"rss|lien-he|contact|gioi-thieu|about|quang-cao|toa-soan|dieu-khoan|chinh-sach|login", re.I)


def sections(home: Facts, others: Sequence[Facts], experience: Experience) -> tuple[Section, ...]:
    """What the menu leads to: links with short words that stand on the home page and on all others too, and are not
    articles'."""
    everywhere = Counter(key for page in others for key in {url_key(one.url) for one in page.anchors})
    own, followed = url_key(home.page.url), {url_key(link.url) for link in home.links}
    return tuple(
        Section(one.url, one.words)
        for one in home.anchors
        if 0 < len(one.words) <= _LONGEST
        and everywhere[url_key(one.url)] >= max(2, 0.8 * len(others))
        and url_key(one.url) in followed - {own}
        and experience.promise(one.url) <= LIKELY
        and not _NO_SECTION.search(urlsplit(one.url).path)
    )


async def paging(client: Client, lists: Sequence[Section], experience: Experience) -> tuple[Paging, ...]:
    """How the pages of a few lists are turned. The first style that is found is tried."""
    found: dict[str, Paging] = {}
    for section in lists[:_LOOKED_AT]:
        page = await client.get(section.url, "a section")
        if not isinstance(page, Page) or not page.is_there:
            continue
        facts = Facts(page, client.hosts)
        experience.learn(section.url, "list")
        found |= {note: Paging(note, section.url, "sure", "") for note in facts.found.notes if "postback" in note}
        for style, link in _styles(facts).items():
            if style not in found:
                found[style] = await _tried(client, facts, style, link, experience)
    return tuple(found.values())


def _styles(facts: Facts) -> dict[str, str]:
    """Style -> the address of a later page. A style is the address with its numbers left open, below the list's own."""
    here = urlsplit(facts.page.url).path.rstrip("/")
    turned = [link.url for link in facts.links if link.found_in == "pagination"]
    return {_style(url, here): url for url in reversed(turned)}


def _style(url: str, here: str) -> str:
    parts = urlsplit(url)
    path, stem = parts.path.rstrip("/"), re.sub(r"[.][a-z]{2,5}$", "", here)
    base = next((one for one in (here, stem) if one and path.startswith(one)), None)
    place = _NUMBER.sub("#", path) if base is None else f"<list>{_NUMBER.sub('#', path[len(base) :])}"
    return f"{place}?{_NUMBER.sub('#', parts.query)}".rstrip("?")


async def _tried(client: Client, facts: Facts, style: str, url: str, experience: Experience) -> Paging:
    page = await client.get(url, "a later page of a section")
    if not isinstance(page, Page) or not page.is_there:
        return Paging(style, url, "a guess", page.reason if not isinstance(page, Page) else f"status {page.status}")
    new = _articles(Facts(page, client.hosts).links, experience) - _articles(facts.links, experience)
    if not new:
        return Paging(style, url, "a guess", "tried, and no article came that is not on the first page")
    return Paging(style, url, "sure", f"tried, and articles came that are not on the first page: {len(new)}")


def _articles(links: Iterable[Link], experience: Experience) -> set[str]:
    return {url_key(link.url) for link in links if experience.promise(link.url) > LIKELY}
