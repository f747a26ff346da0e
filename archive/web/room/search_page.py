"""The search page: full-text search with filters; without words, a list of the filtered articles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response
from markupsafe import Markup, escape

from archive.model.errors import BadQuery, UnknownArticle
from archive.queries import full_text, lookup, outlets_followed, recent
from archive.queries.article_filter import ArticleFilter
from archive.queries.full_text import Hit
from archive.storage.connection import Database
from archive.text.search_query import CLOSE, OPEN, snippet
from archive.web.room import parameters
from archive.web.room.request import RequestContext, page

_PER_PAGE, _LAST_PAGE = 20, 50
MOST_SECTIONS, _PHOTOGRAPHERS = 60, 200
_SNIPPET_LENGTH = 260
# A URL, or one copied without its scheme.
_URL = re.compile(r"https?://\S+|(?:[\w-]+\.)+[\w-]+(?::\d{1,5})?/\S*", re.IGNORECASE)
# Operators of other search engines, which this one does not support.
_OPERATORS = re.compile(r"(?:^|\s)(?:and|not|or|&&|\|\|)(?:\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One result: the article, the matching version, its headline and snippet with marked hits."""

    article_id: int
    number: int
    outlet: str
    timezone: str
    headline: Markup
    snippet: Markup
    published_at: str | None
    section: str | None
    version_count: int
    gone_since: str | None
    current: bool
    language: str | None


@page
async def search(context: RequestContext) -> Response:
    """`/-/search`: results; a URL as the query redirects to its article."""
    article_filter, history, number = filter_of(context), context.flag("history"), context.number("page", 1, _LAST_PAGE)
    if _URL.fullmatch(article_filter.words):
        try:
            article = await context.ask(lambda db: lookup.find_article(db, article_filter.words))
            return Response.redirect(context.to(f"/-/article/{article.id}"))
        except UnknownArticle:
            mistake = {"mistake": context.say("search.no_address"), "code": 404}
            return await _search_page(context, article_filter, mistake)
    by_date = context.choice("order", ("place", "date")) == "date"
    try:
        results = await context.ask(lambda db: _found(db, article_filter, history, number, by_date))
        counted = None
        if article_filter.words:
            counted = await context.ask(lambda db: full_text.count(db, article_filter.words, article_filter))
    except BadQuery:
        return await _search_page(context, article_filter, {"mistake": context.say("search.mistake"), "code": 400})
    more = len(results) > _PER_PAGE and number < _LAST_PAGE
    values = {"found": results[:_PER_PAGE], "more": more, "counted": counted, "by_date": by_date}
    return await _search_page(context, article_filter, values)


async def _search_page(context: RequestContext, article_filter: ArticleFilter, overrides: dict[str, Any]) -> Response:
    choices = await context.ask(
        lambda db: (outlets_followed.sections(db)[:MOST_SECTIONS], outlets_followed.photographers(db, _PHOTOGRAPHERS))
    )
    values = {
        "article_filter": article_filter, "history": context.flag("history"),
        "number": context.number("page", 1, _LAST_PAGE),
        "sections": choices[0], "credits": choices[1], "filter_query": filter_query(article_filter),
        "found": [], "mistake": "", "more": False, "counted": None, "by_date": False, "most": full_text.MOST,
        "operators": bool(_OPERATORS.search(article_filter.words)),
    }  # fmt: skip
    return await context.page("search", **{**values, **overrides})


def filter_of(context: RequestContext) -> ArticleFilter:
    since, until = context.day("since"), context.day("until", last=True)
    values: dict[str, Any] = {
        name: context.argument(name) or None for name in ("outlet", "section", "author", "credit")
    }
    values |= {name: context.flag(name) for name in ("edited", "unannounced", "gone")}
    return ArticleFilter(
        words=context.argument("q"), since=since.isoformat() if since else None,
        until=until.isoformat() if until else None, **values,
        article=context.number("article", 0, parameters.HIGHEST_ID) or None,
    )  # fmt: skip


def filter_query(article_filter: ArticleFilter) -> str:
    values = {"q" if name == "words" else name: getattr(article_filter, name) for name in ArticleFilter.__slots__}
    return urlencode({name: 1 if value is True else value for name, value in values.items() if value})


def _found(db: Database, article_filter: ArticleFilter, history: bool, number: int, by_date: bool) -> list[Found]:
    """The results of a page, and one more if there is one."""
    offset = (number - 1) * _PER_PAGE
    if article_filter.words:
        hits = full_text.search(
            db, article_filter.words, history=history, article_filter=article_filter, limit=offset + _PER_PAGE + 1,
            skip=offset, by_date=by_date,
        )  # fmt: skip
        return [_of_hit(hit, article_filter.words) for hit in hits]
    return [_of_card(card) for card in recent.published(db, article_filter, limit=_PER_PAGE + 1, offset=offset)]


def _of_hit(hit: Hit, words: str) -> Found:
    return Found(
        hit.article_id, hit.number, hit.outlet_title, hit.timezone, marked(snippet(hit.headline, words, 400)),
        marked(snippet(hit.text, words, _SNIPPET_LENGTH)), hit.published_at, hit.section, hit.version_count,
        hit.gone_since, hit.number == hit.version_count, hit.language,
    )  # fmt: skip


def _of_card(card: recent.Card) -> Found:
    return Found(
        card.id, card.version_count, card.outlet, card.timezone, escape(card.headline), escape(card.lead or ""),
        card.published_at, card.section, card.version_count, card.gone_since, True, card.language,
    )  # fmt: skip


def marked(text: str) -> Markup:
    """A snippet as markup: its «hits» become `mark`. The same quotation marks in the outlet's text stay where they do
    not pair up."""
    markup = Markup("")
    for index, piece in enumerate(text.split(OPEN)):
        hit, close, rest = piece.partition(CLOSE)
        if index and close:
            markup += Markup("<mark>{}</mark>{}").format(hit, rest)
        else:
            markup += escape(f"{OPEN if index else ''}{piece}")
    return markup
