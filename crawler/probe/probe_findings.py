"""What a look at an unknown newspaper's site has found: values, each with how sure it is and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from archive import LuubaoError
from archive.extract.rule_suggestions import Suggestion

Certainty = Literal["sure", "likely", "a guess"]


class NotProbed(LuubaoError):
    """Raised when a site cannot be looked at, or is no newspaper's; its text says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing said of the site. why: the evidence, in words."""

    value: str
    certainty: Certainty
    why: str


@dataclass(frozen=True, slots=True)
class Source:
    """A feed or a sitemap. entries: how many addresses of the site it names, None where it was not asked for; newest:
    the latest moment it tells; why: who names it."""

    kind: Literal["feed", "sitemap", "sitemap-index"]
    url: str
    why: str
    entries: int | None = None
    newest: datetime | None = None

    @property
    def works(self) -> bool:
        """Whether it was asked for and leads to pages of the site."""
        return bool(self.entries)


@dataclass(frozen=True, slots=True)
class Section:
    """A list that the menu leads to."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Paging:
    """How the later pages of lists are addressed, # standing for the number; or a note that they have no address."""

    style: str
    example: str
    certainty: Certainty
    why: str


@dataclass(frozen=True, slots=True)
class Form:
    """The shape of articles' addresses (archive.frontier.url_patterns) and how many of those read have it."""

    form: str
    articles: int
    of: int
    example: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """In how many articles a field was found, of those that can have it; origins: what found it, most often first."""

    field: str
    have: int
    of: int
    origins: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """A suggested rule and what came of trying it: in how many more articles the field was found."""

    suggestion: Suggestion
    gained: int
    of: int


@dataclass(frozen=True, slots=True)
class ArticleAsRead:
    """What was read of an article. captions: of each picture the caption and the credit; words: how many its text has;
    None where the page does not give it."""

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
    """All of it. refused: addresses that look like articles', with why they were not read as such; notes: sentences a
    person should read; requests: how many were made, robots.txt among them; delay: seconds that robots.txt asks for;
    samples: the articles that were read; lists: addresses that could have been articles' and are lists."""

    home: str
    name: Told
    title: Told
    hosts: tuple[str, ...]
    host_notes: tuple[str, ...]
    timezone: Told
    system: tuple[Told, ...]
    sources: tuple[Source, ...]
    sections: tuple[Section, ...]
    paging: tuple[Paging, ...]
    forms: tuple[Form, ...]
    articles: int
    coverage: tuple[Coverage, ...]
    trials: tuple[Trial, ...]
    refused: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    requests: int
    delay: float | None
    is_local: bool = False
    samples: tuple[ArticleAsRead, ...] = ()
    lists: tuple[str, ...] = ()
