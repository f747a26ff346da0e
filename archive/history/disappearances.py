"""What buries an article: a 404, 410 or 451, a redirect to the home page, to a list or to another site, or a page that
says at its address that it is gone. A login wall, a server error or a page we cannot read says nothing."""

from __future__ import annotations

from dataclasses import replace

from archive.history.addresses import leave, note_moved, pass_word, put_face, seen_again
from archive.history.article_identity import spoken_at
from archive.history.facts import Look
from archive.history.picture_changes import VISIT
from archive.history.values import Address, Doubted, History, Verdict
from archive.model.records import Unreadable
from archive.model.urls import print_kind

NO_ARTICLE = frozenset({"listing", "home", "soft-404"})
"""What a page must be for those that redirect to it to be gone."""
_BURIALS = frozenset({"soft-404", "home"})
"""A page that answers 200 at an article's address and says one of these has buried the article."""
_OURS = frozenset({"gave-up", "too-large"})
"""Limits of our own, which say nothing of the page."""


def bury(history: History, keys: tuple[str, ...], look: Look, reason: str, *, surely: bool = True) -> History:
    """The articles at these addresses are gone, unless nearly all are at once, or it is not sure: then the next look
    decides."""
    for key in dict.fromkeys(keys):
        waits = _waiting(history, key)
        if waits is None and (look.signs.at_once or not surely):
            history = _wait(history, key, look)
        elif waits is not None:
            again = waits.at < look.at and not (look.signs.at_once and look.at - waits.at <= VISIT)
            history = leave(history, key, waits, waits.reason or reason) if again else history
        else:
            history = leave(history, key, look, reason)
    return history


def _waiting(history: History, key: str) -> Look | None:
    """The disappearance of an address that waits for a second one."""
    faces = (article.faces.get(key) for article in history.articles)
    waiting = (one.doubted.look for one in faces if one and one.doubted and one.doubted.reading is None)
    return next(waiting, None)


def _wait(history: History, key: str, look: Look) -> History:
    """For the article that speaks there, or of which it is another address."""
    known = history.addresses.get(key)
    article = spoken_at(history, key) or (history.articles[known.article] if known else None)
    face = article.faces.get(key) if article else None
    if article is None or face is None or article.is_gone:
        return history
    doubted = Doubted(look, None, "nearly all articles looked at disappeared at once")
    article = put_face(article, key, replace(face, standing="silent", doubted=doubted))
    articles = tuple(article if one.number == article.number else one for one in history.articles)
    verdict = Verdict(look, article.number, None, doubted.why, doubted=True)
    return replace(history, articles=articles, verdicts=(*history.verdicts, verdict))


def silence(history: History, look: Look) -> History:
    """An answer that says nothing of the article at its address."""
    articles = tuple(
        put_face(one, look.key, replace(face, standing="silent"))
        if (face := one.faces.get(look.key)) and face.standing == "shows"
        else one
        for one in history.articles
    )
    return replace(history, articles=articles)


def refuse(history: History, look: Look, said: Unreadable) -> History:
    """A page from which no article was read."""
    history = replace(history, verdicts=(*history.verdicts, Verdict(look, why=said.reason)))
    if said.reason in NO_ARTICLE:
        history = bury(history, look.via, look, f"redirected to {look.url}, which is no article")
    if said.reason in _BURIALS:
        told = replace(look, reason=f"the page became: {said.reason}")
        return bury(history, (look.key,), told, told.reason)
    return history if said.reason in _OURS else silence(history, look)


def follow(history: History, look: Look, *, heard: bool) -> History:
    """An address redirects. Where its end had answered before and was not asked again because of it, the redirect
    itself is the news: to an article, that it has moved there; to a list or an error page, that it is gone."""
    target = look.leads_to
    if not heard or target is None or target == look.key:
        return history
    keys = tuple(key for key in dict.fromkeys((*look.via, look.key)) if key != target)
    known, page = history.addresses.get(target), history.pages.get(target)
    if page is not None and isinstance(page.said, Unreadable) and page.said.reason in NO_ARTICLE:
        return bury(history, keys, look, f"redirected to {look.url}, which is no article")
    if known is None:
        return history
    shown = history.articles[known.article].faces.get(target)
    if shown and shown.standing == "dead":
        return bury(history, keys, look, f"redirected to {look.url}, which is gone")
    return _moved(history, replace(look, key=target, via=keys), known.article)


def _moved(history: History, look: Look, number: int) -> History:
    article = history.articles[number]
    for key in look.via:
        if key not in history.addresses:
            address = Address(number, look.at, print_kind(key) or "redirect")  # type: ignore[arg-type]  # it names kinds
            history = replace(history, addresses={**history.addresses, key: address})
        if article.speaker == key:
            page = article.page
            article = replace(seen_again(pass_word(article, look), look), page=page, fetched=article.fetched)
    articles = tuple(article if one.number == number else one for one in history.articles)
    return note_moved(replace(history, articles=articles), look, number)
