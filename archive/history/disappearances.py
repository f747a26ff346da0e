"""Decides when an article has disappeared: after a 404, 410 or 451, a redirect to the home page, to a list or to
another site, or a page at its URL that says it is gone. A login wall, a server error or an unreadable page says
nothing."""

from __future__ import annotations

from dataclasses import replace

from archive.history.article_identity import article_with_primary, note_moved, remove_url, seen_at
from archive.history.facts import UrlCapture
from archive.history.picture_changes import VISIT
from archive.history.values import CaptureVerdict, Doubted, History
from archive.model.records import Unreadable

NO_ARTICLE = frozenset({"listing", "home", "soft-404"})
"""What a page must be for URLs that redirect to it to be gone."""
_GONE_PAGES = frozenset({"soft-404", "home"})
"""A page of this kind at an article's URL means that the article has disappeared. It answers 200, so its words say so
and no status does: the next look decides."""
_OWN_LIMITS = frozenset({"gave-up", "too-large"})
"""Limits of our own, which say nothing about the page."""


def mark_gone(
    history: History, keys: tuple[str, ...], capture: UrlCapture, reason: str, *, surely: bool = True
) -> History:
    """The articles at these URLs have disappeared; where many disappear at once, or it is not sure, a capture more than
    a visit later decides."""
    is_sure = surely and not capture.signs.many_gone
    for key in dict.fromkeys(keys):
        first = _waiting(history, key)
        if first is None and not is_sure:
            history = _wait(history, key, capture)
        elif first is None or is_sure or capture.time - first.time > VISIT:
            history = remove_url(history, key, first or capture, (first and first.reason) or reason)
    return history


def _waiting(history: History, key: str) -> UrlCapture | None:
    """The first capture of a disappearance that waits to be confirmed by a second one."""
    renditions = (article.renditions.get(key) for article in history.articles)
    captures = (
        rendition.doubted.capture
        for rendition in renditions
        if rendition and rendition.doubted and rendition.doubted.reading is None
    )
    return next(captures, None)


def _wait(history: History, key: str, capture: UrlCapture) -> History:
    """Doubts a disappearance, for the article whose primary URL the URL is, or whose other URL it is."""
    known = history.addresses.get(key)
    article = article_with_primary(history, key) or (history.articles[known.article] if known else None)
    rendition = article.renditions.get(key) if article else None
    if article is None or rendition is None or article.is_gone:
        return history
    why = (
        "many of the articles looked at disappeared at once" if capture.signs.many_gone else "no status says it is gone"
    )
    doubted = Doubted(capture, None, why)
    article = article.with_rendition(key, replace(rendition, standing="silent", doubted=doubted))
    history = history.with_article(article)
    if capture.key != key:  # the page that it redirects to may be many articles'
        return history
    return history.with_verdict(CaptureVerdict(capture, article.number, None, doubted.why, doubted=True))


def note_unclear_answer(history: History, capture: UrlCapture) -> History:
    """An answer that says nothing about the article at its URL."""
    articles = tuple(
        article.with_rendition(capture.key, replace(rendition, standing="silent"))
        if (rendition := article.renditions.get(capture.key)) and rendition.standing == "shows"
        else article
        for article in history.articles
    )
    return replace(history, articles=articles)


def refuse(history: History, capture: UrlCapture, refusal: Unreadable) -> History:
    """A page from which no article was read."""
    history = history.with_verdict(CaptureVerdict(capture, why=refusal.reason))
    if refusal.reason in NO_ARTICLE:
        history = mark_gone(history, capture.via, capture, redirected(capture), surely=False)
    if refusal.reason in _GONE_PAGES:
        explained = replace(capture, reason=f"the page became: {refusal.reason}")
        return mark_gone(history, (capture.key,), explained, explained.reason, surely=False)
    return history if refusal.reason in _OWN_LIMITS else note_unclear_answer(history, capture)


def follow(history: History, capture: UrlCapture) -> History:
    """A URL redirects. Where the target had answered before and was not requested again because of it, the redirect
    itself counts: to an article, as a move; to a list, an error page or nothing, as a disappearance."""
    target = capture.leads_to
    if capture.followed or target is None or target == capture.key:
        return history
    keys = tuple(key for key in dict.fromkeys((*capture.via, capture.key)) if key != target)
    known, page = history.addresses.get(target), history.pages.get(target)
    if page is not None and isinstance(page.reading, Unreadable) and page.reading.reason in NO_ARTICLE:
        return mark_gone(history, keys, capture, redirected(capture), surely=False)
    rendition = history.articles[known.article].renditions.get(target) if known else None
    if target in history.missing or (rendition and rendition.standing == "dead"):
        return mark_gone(history, keys, capture, f"redirected to {capture.url}, which is gone")
    return _moved(history, replace(capture, key=target, via=keys), known.article) if known else history


def redirected(capture: UrlCapture) -> str:
    """The reason of a disappearance whose URL leads to what is none."""
    return f"redirected to {capture.url}, which is no article"


def _moved(history: History, capture: UrlCapture, number: int) -> History:
    article = history.articles[number]
    for key in capture.via:
        if key not in history.addresses:
            history = history.with_address(key, number, capture.time, "redirect")
        if article.primary == key:
            page = article.page
            article = replace(seen_at(article, capture), page=page, fetched=article.fetched)
    return note_moved(history.with_article(article), capture, number)
