"""The lists (new articles, edits, gone articles, a day) and the full-text search, which share their filter; without
words, the search lists the filtered articles. The gallery by photographer and place, and the page of one picture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import unquote, urlencode

from datasette.utils.asgi import Response
from markupsafe import Markup, escape

from archive.diff import EditSummary, Piece, words
from archive.diff.summary import PictureChange, Quote
from archive.model.clock import day_span
from archive.model.errors import BadQuery, UnknownArticle
from archive.queries import article_search, days, lookup, outlets_followed, photographs, recent
from archive.queries.article_search import ArticleFilter, Hit
from archive.queries.photographs import Photograph
from archive.queries.recent import Edit, gists
from archive.storage.connection import Database
from archive.text.search_query import CLOSE, OPEN, snippet
from archive.web.room import parameters
from archive.web.room.request import RequestContext, View, page

_HITS_PER_PAGE, _LAST_PAGE_OF_HITS = 20, 50
MOST_SECTIONS, _PHOTOGRAPHERS = 60, 200
_SNIPPET_LENGTH = 260
# A URL, or one copied without its scheme.
_URL = re.compile(r"https?://\S+|(?:[\w-]+\.)+[\w-]+(?::\d{1,5})?/\S*", re.IGNORECASE)
# Operators of other search engines, which this one does not support.
_OPERATORS = re.compile(r"(?:^|\s)(?:and|not|or|&&|\|\|)(?:\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SearchResult:
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
    article_filter, history = filter_of(context), context.flag("history")
    number = context.number("page", 1, _LAST_PAGE_OF_HITS)
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
            counted = await context.ask(lambda db: article_search.count(db, article_filter.words, article_filter))
    except BadQuery:
        return await _search_page(context, article_filter, {"mistake": context.say("search.mistake"), "code": 400})
    more = len(results) > _HITS_PER_PAGE and number < _LAST_PAGE_OF_HITS
    values = {"found": results[:_HITS_PER_PAGE], "more": more, "counted": counted, "by_date": by_date}
    return await _search_page(context, article_filter, values)


async def _search_page(context: RequestContext, article_filter: ArticleFilter, overrides: dict[str, Any]) -> Response:
    choices = await context.ask(
        lambda db: (outlets_followed.sections(db)[:MOST_SECTIONS], outlets_followed.photographers(db, _PHOTOGRAPHERS))
    )
    values = {
        "article_filter": article_filter, "history": context.flag("history"),
        "number": context.number("page", 1, _LAST_PAGE_OF_HITS),
        "sections": choices[0], "credits": choices[1], "filter_query": filter_query(article_filter),
        "found": [], "mistake": "", "more": False, "counted": None, "by_date": False, "most": article_search.MOST,
        "operators": bool(_OPERATORS.search(article_filter.words)),
    }  # fmt: skip
    return await context.page("search", **{**values, **overrides})


def filter_of(context: RequestContext) -> ArticleFilter:
    values: dict[str, Any] = {
        name: context.argument(name) or None for name in ("outlet", "section", "author", "credit")
    }
    values |= {name: context.flag(name) for name in ("edited", "unannounced", "gone")}
    return ArticleFilter(
        words=context.argument("q"), since=context.day("since"), until=context.day("until", last=True), **values,
        article=context.number("article", 0, parameters.HIGHEST_ID) or None,
    )  # fmt: skip


def filter_query(article_filter: ArticleFilter) -> str:
    values = {"q" if name == "words" else name: getattr(article_filter, name) for name in ArticleFilter.__slots__}
    return urlencode({name: 1 if value is True else value for name, value in values.items() if value})


def _found(
    db: Database, article_filter: ArticleFilter, history: bool, number: int, by_date: bool
) -> list[SearchResult]:
    """The results of a page, and one more if there is one."""
    offset = (number - 1) * _HITS_PER_PAGE
    if article_filter.words:
        hits = article_search.search(
            db, article_filter.words, history=history, article_filter=article_filter, limit=offset + _HITS_PER_PAGE + 1,
            skip=offset, by_date=by_date,
        )  # fmt: skip
        return [_of_hit(hit, article_filter.words) for hit in hits]
    return [_of_card(card) for card in recent.published(db, article_filter, limit=_HITS_PER_PAGE + 1, offset=offset)]


def _of_hit(hit: Hit, words: str) -> SearchResult:
    return SearchResult(
        hit.article_id, hit.number, hit.outlet_title, hit.timezone, marked(snippet(hit.headline, words, 400)),
        marked(snippet(hit.text, words, _SNIPPET_LENGTH)), hit.published_at, hit.section, hit.version_count,
        hit.gone_since, hit.number == hit.version_count, hit.language,
    )  # fmt: skip


def _of_card(card: recent.Card) -> SearchResult:
    return SearchResult(
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


_QUOTES, _PICTURES = 2, 2


@dataclass(frozen=True, slots=True)
class EditEntry:
    """A list entry of an edit. headline: pieces from old to new; parts: names of the changed parts; quotes, pictures:
    as many as the list has room for; more: how many are left out."""

    edit: Edit
    headline: tuple[Piece, ...]
    parts: tuple[str, ...]
    gist: EditSummary
    quotes: Sequence[Quote]
    pictures: Sequence[PictureChange]
    more: int


def edit_entries_of(db: Database, edits: Iterable[Edit], quotes: int = _QUOTES) -> list[EditEntry]:
    """The list entries of edits. quotes: the most quotes of each."""
    found = list(edits)
    gist_of = gists(db, ((edit.old_version_id, edit.new_version_id) for edit in found))
    return [_entry(edit, gist_of.get(edit.new_version_id, EditSummary()), quotes) for edit in found]


def _entry(edit: Edit, gist: EditSummary, quotes: int) -> EditEntry:
    parts = tuple(part.strip() for part in edit.changed.split(","))
    headline = words(edit.old_headline, edit.new_headline) if "headline" in parts else ()
    more = len(gist.below[quotes:]) + len(gist.pictures[_PICTURES:])
    return EditEntry(
        edit, headline or (Piece("equal", edit.new_headline),), parts, gist, gist.below[:quotes],
        gist.pictures[:_PICTURES], more,
    )  # fmt: skip


_PER_PAGE, _LAST_PAGE = 30, 1000
_PER_DAY = 500


def _cards_page(kind: str, query: Callable[..., list[recent.Card]]) -> View:
    """`/-/new`: articles, the latest published first; `/-/gone`: gone articles, the latest disappearance first."""

    @page
    async def cards(context: RequestContext) -> Response:
        chosen, offset = filter_of(context), _offset(context)
        found = await context.ask(lambda db: query(db, chosen, limit=_PER_PAGE + 1, offset=offset))
        return await _list(context, kind, found)

    return cards


new, gone = _cards_page("new", recent.published), _cards_page("gone", recent.gone)


@page
async def edits(context: RequestContext) -> Response:
    """`/-/edits`: edits, the latest first; with `?order=weight`, those with the highest weight first."""
    article_filter, offset = filter_of(context), _offset(context)
    order: recent.EditOrder = "weight" if context.choice("order", ("time", "weight")) == "weight" else "time"

    def found(db: Database) -> list[EditEntry]:
        return edit_entries_of(db, recent.edits(db, article_filter, order=order, limit=_PER_PAGE + 1, offset=offset))

    return await _list(context, "edits", await context.ask(found), order=order)


def _offset(context: RequestContext) -> int:
    return (context.number("page", 1, _LAST_PAGE) - 1) * _PER_PAGE


async def _list(context: RequestContext, kind: str, items: list[Any], **values: Any) -> Response:
    number = context.number("page", 1, _LAST_PAGE)
    return await context.page(
        "list", kind=kind, found=items[:_PER_PAGE], more=len(items) > _PER_PAGE, number=number,
        sections=await context.ask(lambda db: outlets_followed.sections(db)[:MOST_SECTIONS]),
        article_filter=filter_of(context), filter_query=filter_query(filter_of(context)), **values,
    )  # fmt: skip


@page
async def day(context: RequestContext) -> Response:
    """`/-/day/2026-05-20`: articles published, edited and gone on a day, in the outlet's time zone."""
    requested_day = parameters.day(unquote(context.request.url_vars["day"]))
    lists = await context.ask(lambda db: _day(db, context, requested_day))
    before = requested_day - timedelta(1) if requested_day > date.min else None
    after = requested_day + timedelta(1) if requested_day < date.max else None
    return await context.page("day", day=requested_day, found=lists, before=before, after=after)


def _day(db: Database, context: RequestContext, requested_day: date) -> dict[str, Any]:
    article_filter = filter_of(context)
    outlets = outlets_followed.outlets(db)
    chosen = next((outlet for outlet in outlets if outlet.name == article_filter.outlet), None)
    timezone = (chosen or outlets[0]).timezone if outlets else "UTC"
    between = day_span(requested_day, requested_day, timezone)
    edit_entries = edit_entries_of(db, recent.edits(db, article_filter, between=between, limit=_PER_DAY))
    shown = [chosen] if chosen else outlets
    states = [(outlet, days.days(db, outlet, requested_day, requested_day).state(requested_day)) for outlet in shown]
    published = replace(article_filter, since=requested_day, until=requested_day)
    return {
        "new": recent.published(db, published, limit=_PER_DAY),
        "edits": sorted(edit_entries, key=lambda entry: -entry.gist.weight),
        "gone": recent.gone(db, article_filter, between=between, limit=_PER_DAY),
        # the outlets that were not crawled on the day, each with the day's state
        "unwatched": [(outlet, state) for outlet, state in states if state != "seen"],
    }


_PHOTOS_PER_PAGE, _LAST_PAGE_OF_PHOTOS = 24, 500
_APPEARANCES = 200
_DISPLAYABLE = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
_CREDITS, _PLACES, _CAPTIONS_READ = 40, 24, 600
# Place names in Vietnamese captions: the kind of place, then a name of one to four capitalized syllables.
_PLACE_KINDS = "xã|phường|huyện|thị xã|thị trấn|thành phố|tỉnh|thôn|bản|làng|quận|sông|hồ|núi|đình|chùa|đền|cầu|chợ"
# Of the letters from Ạ to Ỹ every other is a capital.
_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ" + "".join(map(chr, range(ord("Ạ"), ord("Ỹ") + 1, 2)))
_PLACE = re.compile(rf"\b((?i:{_PLACE_KINDS}))((?: [{_UPPER}]\w*){{1,4}})")


@page
async def photos(context: RequestContext) -> Response:
    """`/-/photos?credit=...&place=...`: the gallery."""
    credit, place = context.argument("credit"), context.argument("place")
    number = context.number("page", 1, _LAST_PAGE_OF_PHOTOS)
    offset, mistake = (number - 1) * _PHOTOS_PER_PAGE, ""
    shown: list[Photograph] = []
    query = partial(
        photographs.photographs, credit=credit or None, place=place, limit=_PHOTOS_PER_PAGE + 1, offset=offset
    )
    try:
        shown = await context.ask(query)
    except BadQuery:
        mistake = context.say("search.mistake")
    credits = await context.ask(lambda db: outlets_followed.photographers(db, _CREDITS))
    captions = await context.ask(lambda db: photographs.captions(db, credit or None, _CAPTIONS_READ))
    return await context.page(
        "photos", photographs=shown[:_PHOTOS_PER_PAGE], more=len(shown) > _PHOTOS_PER_PAGE, number=number,
        credit=credit, place=place, credits=credits, places=places(captions)[:_PLACES], mistake=mistake,
    )  # fmt: skip


@page
async def picture(context: RequestContext) -> Response:
    """`/-/picture/DIGITS`: a picture and all its appearances, with captions and credits."""
    digest = f"sha256:{context.request.url_vars['digest']}"
    life = await context.ask(lambda db: photographs.picture_appearances(db, digest, _APPEARANCES))
    if life is None:
        return await context.refusal(404, context.say("refusal.404"))
    return await context.page("picture", life=life, shows=life.media_type in _DISPLAYABLE)


def places(captions: Iterable[str]) -> list[tuple[str, int]]:
    """The places named in captions, with their kind and the number of captions that contain the name, the most frequent
    first. `sông Thao Giang` contains `sông Thao`, as it does for the gallery of that place."""
    named = [{f"{match[1].lower()}{match[2]}" for match in _PLACE.finditer(caption)} for caption in captions]
    known = set[str]().union(*named)
    counts: Counter[str] = Counter()
    for names in named:
        spaced = [(name.split(), length) for name in names for length in range(2, len(name.split()) + 1)]
        counts.update({" ".join(words[:length]) for words, length in spaced} & known)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
