"""The findings of a probe: values, each with its certainty and evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from archive import LuubaoError
from archive.extract.rule_suggestions import Suggestion

Certainty = Literal["sure", "likely", "a guess"]


class NotProbed(LuubaoError):
    """Raised when a site cannot be probed, or is no newspaper's; its message says which, and what to do."""


def address(url: str) -> str:
    """A URL as it is shown beside others of its site: its path and query."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about the site. why: the evidence, in words."""

    value: str
    certainty: Certainty
    why: str


@dataclass(frozen=True, slots=True)
class Source:
    """A feed or a sitemap. entries: the number of URLs of the site in it, None where it was not fetched; newest: the
    latest date in it; why: where it is declared; is_in_index: whether a sitemap index declares it."""

    kind: Literal["feed", "sitemap", "sitemap-index"]
    url: str
    why: str
    entries: int | None = None
    newest: datetime | None = None
    is_in_index: bool = field(default=False, repr=False)

    @property
    def works(self) -> bool:
        return bool(self.entries)


@dataclass(frozen=True, slots=True)
class Section:
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Paging:
    """The URL pattern of the later pages of lists, with # for the number; or a note that they have no URL."""

    style: str
    example: str
    certainty: Certainty
    why: str


@dataclass(frozen=True, slots=True)
class Form:
    """A shape of article URLs (archive.frontier.url_patterns), and how many of the articles read have it."""

    form: str
    articles: int
    of: int
    example: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """In how many articles a field was found, of those that can have it; origins: what found it, most frequent
    first."""

    field: str
    have: int
    of: int
    origins: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """A suggested rule and the result of its trial: in how many more articles it found the field."""

    suggestion: Suggestion
    gained: int
    of: int


@dataclass(frozen=True, slots=True)
class ArticleAsRead:
    """An article as read; None for fields that the page does not give. captions: the caption and credit of each
    picture; words: the number of words in its text."""

    url: str
    headline: str
    lead: str | None
    byline: str | None
    published_at: datetime | None
    section: str | None
    captions: tuple[tuple[str | None, str | None], ...]
    words: int


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of a probe. refused: URLs that look like articles', with why they were not read as such; notes:
    sentences a person should read; requests: the number sent, including robots.txt; delay: the crawl delay in
    robots.txt, in seconds; samples: the articles that were read; lists: URLs that looked like articles and are
    lists."""

    home: str
    name: Finding
    title: Finding
    hosts: tuple[str, ...]
    host_notes: tuple[str, ...]
    timezone: Finding
    system: tuple[Finding, ...]
    sources: tuple[Source, ...]
    sections: tuple[Section, ...]
    paging: tuple[Paging, ...]
    forms: tuple[Form, ...]
    articles: int
    coverage: tuple[Coverage, ...]
    trials: tuple[RuleTrial, ...]
    refused: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    requests: int
    delay: float | None
    is_local: bool = False
    samples: tuple[ArticleAsRead, ...] = ()
    lists: tuple[str, ...] = ()
