"""Finds the list pages of a site: the sections of its menu, and the URL pattern of their pagination."""

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

_MAX_NAME_LENGTH = 40  # characters of a section's name
_MAX_LISTS = 3
_NUMBER = re.compile(r"\d+")
_NOT_A_SECTION = re.compile(
    r"rss|lien-he|contact|gioi-thieu|about|quang-cao|toa-soan|dieu-khoan|chinh-sach|login", re.I
)


def sections(home: Facts, others: Sequence[Facts], experience: Experience) -> tuple[Section, ...]:
    """The sections of the menu: links with short text that are on the home page and on all other pages too, and are no
    articles."""
    everywhere = Counter(key for page in others for key in {url_key(anchor.url) for anchor in page.anchors})
    own, followed = url_key(home.page.url), {url_key(link.url) for link in home.links}
    return tuple(
        Section(anchor.url, anchor.words)
        for anchor in home.anchors
        if 0 < len(anchor.words) <= _MAX_NAME_LENGTH
        and everywhere[url_key(anchor.url)] >= max(2, 0.8 * len(others))
        and url_key(anchor.url) in followed - {own}
        and experience.promise(anchor.url) <= LIKELY
        and not _NOT_A_SECTION.search(urlsplit(anchor.url).path)
    )


async def paging(client: Client, lists: Sequence[Section], experience: Experience) -> tuple[Paging, ...]:
    """The pagination styles of a few lists. Fetches one page of each style that is found."""
    found: dict[str, Paging] = {}
    for section in lists[:_MAX_LISTS]:
        page = await client.get(section.url, "a section")
        if not isinstance(page, Page) or not page.is_there:
            continue
        facts = Facts(page, client.hosts)
        experience.learn(section.url, "list")
        found |= {note: Paging(note, section.url, "sure", "") for note in facts.found.notes if "postback" in note}
        for style, link in _styles(facts).items():
            if style not in found:
                found[style] = await _try_pagination(client, facts, style, link, experience)
    return tuple(found.values())


def _styles(facts: Facts) -> dict[str, str]:
    """Style -> the URL of a later page. A style is the URL relative to the list's, with # for its numbers."""
    list_path = urlsplit(facts.page.url).path.rstrip("/")
    pagination_urls = [link.url for link in facts.links if link.found_in == "pagination"]
    return {_style(url, list_path): url for url in reversed(pagination_urls)}


def _style(url: str, list_path: str) -> str:
    parts = urlsplit(url)
    path, stem = parts.path.rstrip("/"), re.sub(r"[.][a-z]{2,5}$", "", list_path)
    base = next((prefix for prefix in (list_path, stem) if prefix and path.startswith(prefix)), None)
    pattern = _NUMBER.sub("#", path) if base is None else f"<list>{_NUMBER.sub('#', path[len(base) :])}"
    return f"{pattern}?{_NUMBER.sub('#', parts.query)}".rstrip("?")


async def _try_pagination(client: Client, facts: Facts, style: str, url: str, experience: Experience) -> Paging:
    page = await client.get(url, "a later page of a section")
    if not isinstance(page, Page) or not page.is_there:
        return Paging(style, url, "a guess", page.reason if not isinstance(page, Page) else f"status {page.status}")
    new = _likely_articles(Facts(page, client.hosts).links, experience) - _likely_articles(facts.links, experience)
    if not new:
        return Paging(style, url, "a guess", "tried, and no article came that is not on the first page")
    return Paging(style, url, "sure", f"tried, and articles came that are not on the first page: {len(new)}")


def _likely_articles(links: Iterable[Link], experience: Experience) -> set[str]:
    return {url_key(link.url) for link in links if experience.promise(link.url) > LIKELY}
