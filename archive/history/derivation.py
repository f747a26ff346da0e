"""Derives a history step by step: a history and one more observation give the next history.

One of an article's URLs is its primary URL. Each URL is compared with itself: what it shows now with what it showed
before (its rendition). So what a mobile copy leaves out is no edit, nor is the text of a copy that lags behind, nor a
change of primary URL when the old one dies. A URL becomes primary when it takes the present one's place, or when that
declares it as canonical.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from archive.history.article_identity import (
    article_of,
    article_with_primary,
    exchanged,
    is_now_another_article,
    moved_here,
    seen_at,
    take_addresses,
)
from archive.history.copies import (
    completes,
    edited_fields,
    inherits,
    is_fuller_face,
    is_incomplete,
    lacking,
    lagging_rendition,
    leads,
    variant_rendition,
)
from archive.history.disappearances import follow, mark_gone, note_unclear_answer, redirected, refuse
from archive.history.edits import changed_fields, is_redated, reading_digest, said_fields, state_of
from archive.history.facts import GONE_STATUSES, Fact, PictureFetch, UrlCapture, declared_key, is_home
from archive.history.picture_changes import (
    VISIT,
    opened_by_pictures,
    pictures_of,
    see_picture,
    seen_moved,
    shown_picture,
    with_moved_pictures,
    without_newest,
)
from archive.history.plausibility import doubt, first_doubt, is_confirmed, was_doubted
from archive.history.values import NOTHING, Article, ArticleState, CaptureVerdict, Doubted, History, UrlRendition
from archive.model.records import Outlet, Reading, Unreadable


def derive(facts: Iterable[Fact], outlet: Outlet) -> History:
    """The history of facts that belong together, given in order of time (archive.history.facts)."""
    return reduce(lambda history, fact: step(history, fact, outlet), facts, NOTHING)


def step(history: History, fact: Fact, outlet: Outlet) -> History:
    """The history after one more fact, which is later than all before."""
    if isinstance(fact, PictureFetch):
        return see_picture(history, fact)
    if fact.answer == "redirect":
        leads = {**history.hops, fact.key: fact.leads_to or ""}
        return follow(note_unclear_answer(replace(history, hops=leads), fact), fact)
    if fact.key in history.hops:
        history = replace(history, hops={key: target for key, target in history.hops.items() if key != fact.key})
    if fact.answer == "gone":
        leading = fact.via if fact.key in history.missing else _leading_here(history, fact)  # they were told then
        history = replace(history, missing=history.missing | {fact.key})
        return mark_gone(history, (fact.key, *leading), fact, fact.reason, surely=fact.status in GONE_STATUSES)
    if fact.answer == "error":
        return note_unclear_answer(history, fact)
    history = replace(history, missing=history.missing - {fact.key}) if fact.key in history.missing else history
    return _page(history, fact, outlet)


def _leading_here(history: History, capture: UrlCapture) -> tuple[str, ...]:
    """The URLs that redirect to a capture's, also those whose target was requested for another one."""
    leading = (key for key, target in history.hops.items() if target == capture.key)
    return tuple(key for key in dict.fromkeys((*capture.via, *leading)) if key != capture.key)


def _page(history: History, capture: UrlCapture, outlet: Outlet) -> History:
    """A page, or a 304 that confirms the URL's previous page."""
    if capture.answer == "confirmed":
        known = history.pages.get(capture.key)
        if known is None:
            return history
        capture = replace(capture, reading=known.reading, signs=replace(capture.signs, cut=known.signs.cut))
    before = history.pages.get(capture.key)
    history = replace(history, pages={**history.pages, capture.key: capture})
    via = _leading_here(history, capture)
    capture = capture if via == capture.via else replace(capture, via=via)
    if isinstance(capture.reading, Unreadable):
        return refuse(history, capture, capture.reading)
    if capture.reading is None:
        return history.with_verdict(CaptureVerdict(capture, why="its bytes are not here"))
    if is_home(capture.url, outlet):  # whatever kind it was read as
        return history.with_verdict(CaptureVerdict(capture, why="the home page is no article"))
    return _read(history, before, capture, capture.reading, outlet)


def _read(
    history: History, before: UrlCapture | None, capture: UrlCapture, reading: Reading, outlet: Outlet
) -> History:
    """before: the URL's page before this one."""
    article = article_of(history, capture.key, capture.via, reading, outlet)
    if article is None:
        if why := first_doubt(history, before, capture, reading):
            history = history.with_verdict(CaptureVerdict(capture, why=why, doubted=True))
            return mark_gone(history, capture.via, capture, redirected(capture), surely=False)
        if was_doubted(history, before, reading) and before and isinstance(before.reading, Reading):
            history = _split_off(history, capture, Doubted(before, before.reading, ""), reading, outlet)
        else:
            history = _new_article(history, capture, reading)
    else:
        if article.primary == capture.key and (successor := moved_here(history, article, capture, reading)):
            history = exchanged(history, capture, successor)
            article = article if article_with_primary(history, capture.key) is article else successor
        history = _known_article(history, history.articles[article.number], capture, reading, outlet)
    verdict = history.verdicts[-1]
    if verdict.doubted or verdict.article is None:  # then its URL is no article's either
        return history
    return take_addresses(history, capture, verdict.article, declared_key(reading, outlet))


def _new_article(history: History, capture: UrlCapture, reading: Reading) -> History:
    """The first state of a new article."""
    state, number = state_of(reading), len(history.articles)
    new_state = ArticleState(
        state, reading_digest(reading), reading, capture, capture.time, capture.time,
        pictures=pictures_of(history, None, reading, capture.time),
    )  # fmt: skip
    renditions = {capture.key: UrlRendition(capture.url, reading, 0, capture.time)}
    article = Article(number, capture.key, capture.url, (new_state,), renditions, capture.time, capture.time, capture)
    return replace(history, articles=(*history.articles, article)).with_verdict(CaptureVerdict(capture, number, 0))


def _known_article(
    history: History, article: Article, capture: UrlCapture, reading: Reading, outlet: Outlet
) -> History:
    """A page of a known article, which may confirm what was doubted before."""
    doubted = _waiting(history, article, capture, reading)
    if (
        doubted
        and state_of(reading) != article.latest.state
        and is_confirmed(history, article, doubted, capture, reading)
    ):
        if is_now_another_article(article, capture, doubted):
            return _split_off(history, capture, doubted, reading, outlet)
        if inherits(article, capture, reading, outlet) or leads(article, capture, reading, outlet):
            history = _doubt_resolved(history, article, doubted, outlet)
    return _classified(history, history.articles[article.number], capture, reading, outlet)


def _classified(history: History, article: Article, capture: UrlCapture, reading: Reading, outlet: Outlet) -> History:
    """Decides whether a page confirms the article's state, is its next state, a variant of it, or doubtful."""
    rendition, is_primary = article.renditions.get(capture.key), inherits(article, capture, reading, outlet)
    if state_of(reading) == article.latest.state:
        return _confirmed(history, article, capture, reading, is_primary=is_primary)
    if rendition and is_incomplete(article, capture, reading):
        return _unchanged(history, article, rendition, capture, is_primary=is_primary)
    if completes(article, rendition, capture, reading, outlet):
        return _completed(history, article, capture, reading, outlet)
    if variant := variant_rendition(article, rendition, capture, reading, outlet):
        return _variant(history, article, variant, capture, outlet, is_primary=is_primary)
    doubt_found = doubt(history, article, capture, reading)
    if doubt_found and (is_primary or rendition is not None):
        return _doubted(history, article, capture, reading, doubt_found.why)
    if is_primary or leads(article, capture, reading, outlet):
        return _edited(history, article, capture, reading, edited_fields(article, rendition, capture, reading, outlet))
    return _variant(history, article, lagging_rendition(article, rendition, capture, reading), capture, outlet)


def _waiting(history: History, article: Article, capture: UrlCapture, reading: Reading) -> Doubted | None:
    """The earliest doubted reading of this URL, of one that redirects here, or, a visit ago, of another one that showed
    the very same text, unless other words have stood at the article since."""
    last_text_state = next(past for past in reversed(article.states) if past.picture is None)
    doubts = [
        rendition.doubted
        for key, rendition in article.renditions.items()
        if rendition.doubted
        and rendition.doubted.reading
        and last_text_state.first_seen <= rendition.doubted.capture.time
        if key in (capture.key, *capture.via) or _shown_before(rendition.doubted, capture, reading)
        if article_with_primary(history, key) in (None, article)  # it may belong to another article by now
    ]
    return min(doubts, key=lambda doubted: doubted.capture.sort_key, default=None)


def _shown_before(doubted: Doubted, capture: UrlCapture, reading: Reading) -> bool:
    same = doubted.reading is not None and state_of(doubted.reading) == state_of(reading)
    return same and capture.time - doubted.capture.time > VISIT


def _split_off(history: History, capture: UrlCapture, doubted: Doubted, reading: Reading, outlet: Outlet) -> History:
    """The URL belongs to a new article, since the doubted text was first seen there."""
    assert doubted.reading is not None
    history, number = _new_article(history, doubted.capture, doubted.reading), len(history.articles)
    history = _with_new_verdicts(history, doubted)
    history = take_addresses(history, doubted.capture, number, declared_key(doubted.reading, outlet))
    return _known_article(history, history.articles[number], capture, reading, outlet)


def _with_new_verdicts(history: History, doubted: Doubted) -> History:
    """Replaces the verdicts of all captures that showed the formerly doubted reading with the newest verdict."""
    *earlier, newest = history.verdicts
    verdicts = tuple(
        replace(newest, capture=verdict.capture) if _shows_doubted(verdict, doubted) else verdict for verdict in earlier
    )
    return replace(history, verdicts=verdicts)


def _doubt_resolved(history: History, article: Article, doubted: Doubted, outlet: Outlet) -> History:
    """Accepts what was doubted: it opened a state when it was first seen, with the pictures it had then."""
    assert doubted.reading is not None
    first = doubted.capture
    while article.latest.first_seen > first.time:
        history, article = without_newest(history, article)
    changed = edited_fields(article, article.renditions.get(first.key), first, doubted.reading, outlet)
    history = _with_new_verdicts(_edited(history, article, first, doubted.reading, changed), doubted)
    article = reduce(shown_picture, doubted.fetches, history.articles[article.number])
    history = with_moved_pictures(history, article)
    return take_addresses(history, first, article.number, declared_key(doubted.reading, outlet))


def _shows_doubted(verdict: CaptureVerdict, doubted: Doubted) -> bool:
    """Whether a verdict is of a capture that showed the doubted reading, then or later."""
    capture, reading = verdict.capture, verdict.capture.reading
    if not verdict.doubted or capture.key != doubted.capture.key or capture.time < doubted.capture.time:
        return False
    return (
        isinstance(reading, Reading) and doubted.reading is not None and state_of(reading) == state_of(doubted.reading)
    )


def _shown(
    history: History, article: Article, rendition: UrlRendition, capture: UrlCapture, state_index: int | None,
    why: str = "", *, is_primary: bool = True,
) -> History:  # fmt: skip
    """The history after a page that its article's URL is believed to show. is_primary: the URL is, or becomes, the
    primary one."""
    article = article.with_rendition(capture.key, rendition)
    if is_primary:
        article = seen_moved(history, seen_at(article, capture), capture)
    return history.with_article(article).with_verdict(CaptureVerdict(capture, article.number, state_index, why))


def _confirmed(
    history: History, article: Article, capture: UrlCapture, reading: Reading, *, is_primary: bool
) -> History:
    newest = article.latest
    if is_primary and is_fuller_face(article, capture):
        history, article = without_newest(history, article)
        newest = replace(newest, changed=())
    article = article.with_latest(replace(newest, last_seen=capture.time))
    rendition = UrlRendition(capture.url, reading, article.newest, capture.time, differs=newest.lacks)
    return _shown(history, article, rendition, capture, article.newest, is_primary=is_primary)


def _completed(history: History, article: Article, capture: UrlCapture, reading: Reading, outlet: Outlet) -> History:
    latest, index = article.latest, article.newest
    previous = article.states[-2] if index else None
    changed = said_fields(previous.reading, reading, outlet) if previous and not latest.lacks else ()
    pictures = {**pictures_of(history, previous, reading, capture.time), **latest.pictures}
    new_state = replace(
        latest, state=state_of(reading), digest=reading_digest(reading), reading=reading, proof=capture,
        first_seen=capture.time, last_seen=capture.time, pictures=pictures, lacks=frozenset(),
        changed=changed or latest.changed,
    )  # fmt: skip
    article = article.with_latest(new_state).with_renditions_at(
        index, lambda copy: replace(copy, differs=frozenset(changed_fields(reading, copy.reading)))
    )
    return _shown(history, article, UrlRendition(capture.url, reading, index, capture.time), capture, index)


def _variant(
    history: History, article: Article, rendition: UrlRendition, capture: UrlCapture, outlet: Outlet, *,
    is_primary: bool = False,
) -> History:  # fmt: skip
    """A URL that is not the article's primary URL shows a variant. If the primary URL is dead, it becomes primary, and
    differences between the two are no edit."""
    rendition = replace(rendition, url=capture.url, shown_at=capture.time, standing="shows", doubted=None)
    index = rendition.state_index
    if said_fields(article.states[index].reading, rendition.reading, outlet):
        return _shown(history, article, rendition, capture, None, "another print", is_primary=is_primary)
    return _shown(history, article, rendition, capture, index, is_primary=is_primary)


def _unchanged(
    history: History, article: Article, rendition: UrlRendition, capture: UrlCapture, *, is_primary: bool
) -> History:
    """A page shows a part of what it showed before, or its visit's time: the next one is compared with that, and with
    the time, which may stay."""
    reading, doubted = capture.reading, rendition.doubted
    if isinstance(reading, Reading) and is_redated(article.latest.reading, reading):
        doubted = Doubted(capture, reading, "")
    rendition = replace(rendition, shown_at=capture.time, standing="shows", doubted=doubted)
    why = "it says nothing new, or not all"
    return _shown(history, article, rendition, capture, None, why, is_primary=is_primary)


def _edited(
    history: History, article: Article, capture: UrlCapture, reading: Reading, changed: tuple[str, ...]
) -> History:
    """Opens the article's next state. Pictures replaced in the same visit, just before, belong to it."""
    latest, lacks = article.latest, lacking(article, capture.key, reading, changed)
    if opened_by_pictures(article, capture):
        changed = tuple(dict.fromkeys((*changed, *latest.changed)))
        history, article = without_newest(history, article)
    new_state = ArticleState(
        state_of(reading), reading_digest(reading), reading, capture, capture.time, capture.time, changed,
        pictures_of(history, latest, reading, capture.time), lacks,
    )  # fmt: skip
    article = replace(article, states=(*article.states, new_state))
    rendition = UrlRendition(capture.url, reading, article.newest, capture.time, differs=lacks)
    article = seen_at(article.with_rendition(capture.key, rendition), capture)
    history = history.with_verdict(CaptureVerdict(capture, article.number, article.newest))
    return with_moved_pictures(history, article)


def _doubted(history: History, article: Article, capture: UrlCapture, reading: Reading, why: str) -> History:
    """Keeps the doubtful reading with the URL, whose rendition falls silent; a URL without one, which redirected here
    until now, gets one."""
    rendition = article.renditions.get(capture.key) or UrlRendition(
        capture.url, article.latest.reading, article.newest, article.last_seen
    )
    waiting = _waiting(history, article, capture, reading)
    if waiting and waiting.reading and state_of(waiting.reading) == state_of(reading):
        doubted = replace(waiting, why=why)
    else:
        doubted = Doubted(capture, reading, why)
    article = article.with_rendition(capture.key, replace(rendition, standing="silent", doubted=doubted))
    return history.with_article(article).with_verdict(CaptureVerdict(capture, article.number, None, why, doubted=True))
