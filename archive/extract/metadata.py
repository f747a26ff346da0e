"""The facts around an article: headline, dates, authors, section, tags, language, canonical address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import html

from archive.extract.page import Page
from archive.rules.base import Rules


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about its article. `used` are elements of the page that hold these facts and no body text
    (a byline paragraph, a date line): the body reader leaves them out. Origins as in Reading."""

    headline: str | None = None
    kicker: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_at_raw: str | None = None
    modified_at: datetime | None = None
    modified_at_raw: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    canonical_url: str | None = None
    used: tuple[html.HtmlElement, ...] = ()
    origins: tuple[tuple[str, str], ...] = ()


def read_metadata(page: Page, rules: tuple[Rules, ...], timezone: str = "Asia/Ho_Chi_Minh") -> Metadata:
    """The metadata of a page; rules are tried in order before the page's own declarations."""
    raise NotImplementedError
