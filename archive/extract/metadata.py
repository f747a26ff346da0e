"""The facts around an article: headline, dates, authors, section, tags, language, canonical address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lxml import html

from archive.extract.bylines import authors_of
from archive.extract.dates import machine
from archive.extract.folding import folded, text_of
from archive.extract.headlines import Said, chosen
from archive.extract.page import Page
from archive.extract.sections import canonical_of, language_of, tags_of
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
    zone = ZoneInfo(timezone)
    articles = [thing for thing in page.linked_data if "headline" in thing]
    shown = [Said("h1", text_of(h1)) for h1 in page.root.iter("h1")]
    said = chosen(shown, [Said("og:title", folded(value)) for value in page.metas.get("og:title", ())])
    dates = [*_texts(articles, "datePublished"), *page.metas.get("article:published_time", ())]
    stamp = next((stamp for stamp in map(machine, dates) if stamp), None)
    names = [text for article in articles for text in _names(article.get("author"))]
    canonical = next((link.get("href") for link in page.root.iter("link") if link.get("rel") == "canonical"), "")
    return Metadata(
        headline=said.text if said else None,
        authors=tuple(dict.fromkeys(name for text in names for name in authors_of(text))),
        published_at=stamp.within(zone) if stamp else None,
        published_at_raw=stamp.raw if stamp else None,
        tags=tags_of(page.metas.get("article:tag", ()) or page.metas.get("keywords", ())),
        language=language_of([page.root.get("lang") or ""]),
        canonical_url=canonical_of(canonical or "", page.url) if canonical else None,
    )


def _texts(articles: list[dict[str, object]], name: str) -> list[str]:
    return [value for article in articles if isinstance(value := article.get(name), str)]


def _names(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        if isinstance(name, str):
            yield name
