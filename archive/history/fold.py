"""The fold: a history and one more observation give the next history.

One of an article's URLs is its speaker (primary URL). Each URL is compared with itself: what it shows now with what it
showed before (its face). So what a mobile copy leaves out is no edit, nor is the text of a copy that lags behind, nor a
change of speaker when the old one dies. A URL becomes speaker when it takes the present one's place, or when that
declares it as canonical.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from archive.history.addresses import face_of, make_primary, put, put_face, seen_again, take_addresses
from archive.history.article_identity import article_of, spoken_at
from archive.history.copies import catches_up, completes, copy_of, edited_fields, inherits, lacking, leads
from archive.history.disappearances import follow, mark_gone, note_unclear_answer, refuse
from archive.history.edits import changed_fields, reading_digest, resembles
from archive.history.facts import Observation, PictureFetch, UrlCapture
from archive.history.picture_changes import (
    VISIT,
    opened_by_pictures,
    pictures_of,
    see_picture,
    shown_picture,
    with_moved_pictures,
    without_newest,
)
from archive.history.plausibility import doubt, first_doubt, is_confirmed
from archive.history.responses import declared_key, is_home
from archive.history.states import state_of
from archive.history.values import NOTHING, Article, ArticleState, Doubted, History, UrlRendition, Verdict
from archive.model.records import Outlet, Reading, Unreadable


def derive(observations: Iterable[Observation], outlet: Outlet) -> History:
    """The history of facts that belong together, given in order of time (archive.history.chronology)."""
    return reduce(lambda history, observation: step(history, observation, outlet), observations, NOTHING)


def step(history: History, observation: Observation, outlet: Outlet) -> History:
    """The history after one more fact, which is later than all before."""
    fact = observation.fact
    if isinstance(fact, PictureFetch):
        return see_picture(history, fact)
    if fact.answer == "redirect":
        leads = {**history.hops, fact.key: fact.leads_to or ""}
        return follow(note_unclear_answer(replace(history, hops=leads), fact), fact, heard=not observation.followed)
    if fact.key in history.hops:
        history = replace(history, hops={key: target for key, target in history.hops.items() if key != fact.key})
    if fact.answer == "gone":
        return mark_gone(history, (fact.key, *fact.via), fact, fact.reason)
    if fact.answer == "error":
        return note_unclear_answer(history, fact)
    return _page(history, fact, outlet)


def _page(history: History, look: UrlCapture, outlet: Outlet) -> History:
    """A page, or a 304 that confirms the URL's previous page."""
    if look.answer == "confirmed":
        known = history.pages.get(look.key)
        if known is None:
            return history
        look = replace(look, said=known.said, signs=replace(look.signs, cut=known.signs.cut))
    history = replace(history, pages={**history.pages, look.key: look})
    leading = (key for key, target in history.hops.items() if target == look.key)
    look = replace(look, via=tuple(key for key in dict.fromkeys((*look.via, *leading)) if key != look.key))
    if isinstance(look.said, Unreadable):
        return refuse(history, look, look.said)
    if look.said is None:
        return _with_verdict(history, Verdict(look, why="its bytes are not here"))
    if is_home(look.url, outlet):  # whatever kind it was read as
        return _with_verdict(history, Verdict(look, why="the home page is no article"))
    return _read(history, look, look.said, outlet)


def _read(history: History, look: UrlCapture, reading: Reading, outlet: Outlet) -> History:
    article = article_of(history, look.key, look.via, reading, outlet)
    if article is None:
        if why := first_doubt(look, reading):
            return _with_verdict(history, Verdict(look, why=why, doubted=True))
        if _is_detour(history, look, reading):
            return _detour(history, look)
        history = _new_article(history, look, reading)
    else:
        history = _known_article(history, article, look, reading, outlet)
    verdict = history.verdicts[-1]
    if verdict.doubted or verdict.article is None:  # then its URL is no article's either
        return history
    return take_addresses(history, look, verdict.article, declared_key(reading, outlet))


def _is_detour(history: History, look: UrlCapture, reading: Reading) -> bool:
    """Whether URLs of dated articles redirect to an unknown page without a date: a page of the site itself."""
    redirected = (spoken_at(history, key) for key in look.via)
    return reading.published_at is None and any(
        article and article.latest.reading.published_at for article in redirected
    )


def _detour(history: History, look: UrlCapture) -> History:
    why = "an article's address leads here, and it has no date, as that has"
    history = _with_verdict(history, Verdict(look, why=why, doubted=True))
    return mark_gone(history, look.via, look, f"redirected to {look.url}, which is no article", surely=False)


def _new_article(history: History, look: UrlCapture, reading: Reading) -> History:
    """The first state of a new article."""
    state, number = state_of(reading), len(history.articles)
    stand = ArticleState(
        state, reading_digest(reading), reading, look, look.at, look.at,
        pictures=pictures_of(history, None, reading, look.at),
    )  # fmt: skip
    faces = {look.key: UrlRendition(look.url, reading, 0, look.at)}
    article = Article(number, look.key, look.url, (stand,), faces, look.at, look.at, look)
    return _with_verdict(replace(history, articles=(*history.articles, article)), Verdict(look, number, 0))


def _known_article(history: History, article: Article, look: UrlCapture, reading: Reading, outlet: Outlet) -> History:
    """A page of a known article, which may confirm what was doubted before."""
    doubted = _waiting(history, article, look, reading)
    if doubted and state_of(reading) != article.latest.state and is_confirmed(history, article, doubted, look, reading):
        if _is_now_another_article(article, look, doubted):
            return _split_off(history, look, doubted, reading, outlet)
        if inherits(article, look, reading, outlet) or leads(article, look, reading, outlet):
            history = _doubt_resolved(history, article, doubted, outlet)
    return _classified(history, history.articles[article.number], look, reading, outlet)


def _classified(history: History, article: Article, look: UrlCapture, reading: Reading, outlet: Outlet) -> History:
    """Decides whether a page confirms the article's state, is its next state, a variant of it, or doubtful."""
    face, speaks = article.faces.get(look.key), inherits(article, look, reading, outlet)
    if state_of(reading) == article.latest.state:
        return _confirmed(history, article, look, reading, speaks=speaks)
    if completes(article, face, look, reading, outlet):
        return _completed(history, article, look, reading)
    if variant := _variant_face(article, face, look, reading, outlet):
        return _variant_again(history, article, variant, look, reading, speaks=speaks)
    doubt_found = doubt(history, article, look, reading)
    if doubt_found and (speaks or face is not None):
        return _doubted(history, article, look, reading, doubt_found.why)
    if speaks or leads(article, look, reading, outlet):
        return _edited(history, article, look, reading, edited_fields(article, face, look, reading))
    return _other_variant(history, article, face, look, reading)


def _variant_face(
    article: Article, face: UrlRendition | None, look: UrlCapture, reading: Reading, outlet: Outlet
) -> UrlRendition | None:
    """The face of a page that adds nothing: what its URL showed before, or what the article already says, less what a
    copy leaves out."""
    if face and not changed_fields(face.reading, reading):
        return face
    if face is None:
        place = copy_of(article, look, reading, outlet)
    else:
        place = article.place if catches_up(article, face, reading) else None
    if place is None:
        return None
    return UrlRendition(look.url, reading, place, look.at, differs=_differs(article, place, reading))


def _waiting(history: History, article: Article, look: UrlCapture, reading: Reading) -> Doubted | None:
    """The earliest doubted reading of this URL, of one that redirects here, or, a visit ago, of another one that showed
    the very same text, unless other words have stood at the article since."""
    last_text_state = next(stand for stand in reversed(article.stands) if stand.picture is None)
    doubts = [
        face.doubted
        for key, face in article.faces.items()
        if face.doubted and face.doubted.reading and last_text_state.at <= face.doubted.look.at
        if key in (look.key, *look.via) or _shown_before(face.doubted, look, reading)
        if spoken_at(history, key) in (None, article)  # it may belong to another article by now
    ]
    return min(doubts, key=lambda doubted: doubted.look.place, default=None)


def _shown_before(doubted: Doubted, look: UrlCapture, reading: Reading) -> bool:
    same = doubted.reading is not None and state_of(doubted.reading) == state_of(reading)
    return same and look.at - doubted.look.at > VISIT


def _is_now_another_article(article: Article, look: UrlCapture, doubted: Doubted) -> bool:
    """Whether a URL has become another article's: the speaker has shown this one since."""
    if look.key == article.speaker or doubted.look.key != look.key or doubted.reading is None:
        return False
    speaker = article.faces.get(article.speaker)
    speaker_shows = speaker is not None and speaker.standing == "shows" and speaker.shown_at > doubted.look.at
    return speaker_shows and not resembles(article.latest.reading, doubted.reading)


def _split_off(history: History, look: UrlCapture, doubted: Doubted, reading: Reading, outlet: Outlet) -> History:
    """The URL belongs to a new article, from the time when the doubted text was first seen there."""
    assert doubted.reading is not None
    history, number = _new_article(history, doubted.look, doubted.reading), len(history.articles)
    history = _with_new_verdicts(history, doubted)
    history = take_addresses(history, doubted.look, number, declared_key(doubted.reading, outlet))
    return _known_article(history, history.articles[number], look, reading, outlet)


def _with_new_verdicts(history: History, doubted: Doubted) -> History:
    """Replaces the verdicts of all captures that showed the formerly doubted reading with the newest verdict."""
    *earlier, newest = history.verdicts
    verdicts = tuple(
        replace(newest, look=verdict.look) if _shows_doubted(verdict, doubted) else verdict for verdict in earlier
    )
    return replace(history, verdicts=verdicts)


def _doubt_resolved(history: History, article: Article, doubted: Doubted, outlet: Outlet) -> History:
    """Accepts what was doubted: it opened a state when it was first seen, with the pictures it had then."""
    assert doubted.reading is not None
    first = doubted.look
    while article.latest.at > first.at:
        history, article = without_newest(history, article)
    changed = edited_fields(article, article.faces.get(first.key), first, doubted.reading)
    history = _with_new_verdicts(_edited(history, article, first, doubted.reading, changed), doubted)
    article = reduce(shown_picture, doubted.fetches, history.articles[article.number])
    history = with_moved_pictures(history, article)
    return take_addresses(history, first, article.number, declared_key(doubted.reading, outlet))


def _shows_doubted(verdict: Verdict, doubted: Doubted) -> bool:
    """Whether a verdict is of a capture that showed the doubted reading, then or later."""
    look, reading = verdict.look, verdict.look.said
    if not verdict.doubted or look.key != doubted.look.key or look.at < doubted.look.at:
        return False
    return (
        isinstance(reading, Reading) and doubted.reading is not None and state_of(reading) == state_of(doubted.reading)
    )


def _confirmed(history: History, article: Article, look: UrlCapture, reading: Reading, *, speaks: bool) -> History:
    place = article.place
    article = put_face(article, look.key, replace(face_of(look, reading, place), differs=article.latest.lacks))
    article = put(article, replace(article.latest, seen=look.at))
    if speaks:
        article = seen_again(make_primary(article, look), look)
    return _with_article_and_verdict(history, article, Verdict(look, article.number, place))


def _completed(history: History, article: Article, look: UrlCapture, reading: Reading) -> History:
    latest = article.latest
    previous = article.stands[-2] if len(article.stands) > 1 else None
    pictures = {**pictures_of(history, previous, reading, look.at), **latest.pictures}
    stand = replace(
        latest, state=state_of(reading), digest=reading_digest(reading), reading=reading, proof=look, at=look.at,
        seen=look.at, pictures=pictures, lacks=frozenset(),
    )  # fmt: skip
    place = article.place
    faces = {
        key: replace(face, differs=frozenset(changed_fields(reading, face.reading))) if face.stand == place else face
        for key, face in article.faces.items()
    }
    article = put(replace(article, faces=faces), stand)
    article = put_face(article, look.key, face_of(look, reading, place))
    return _with_article_and_verdict(
        history, seen_again(make_primary(article, look), look), Verdict(look, article.number, place)
    )


def _variant_again(
    history: History, article: Article, face: UrlRendition, look: UrlCapture, reading: Reading, *, speaks: bool
) -> History:
    """A URL that is not the article's speaker shows what it showed before. If the speaker is dead, it becomes speaker,
    and differences between the two are no edit."""
    article = put_face(article, look.key, replace(face, url=look.url, shown_at=look.at, standing="shows", doubted=None))
    if speaks:
        article = seen_again(make_primary(article, look), look)
    shows = face.stand if article.stands[face.stand].state == state_of(reading) else None
    return _with_article_and_verdict(
        history, article, Verdict(look, article.number, shows, "" if shows is not None else "another print")
    )


def _edited(
    history: History, article: Article, look: UrlCapture, reading: Reading, changed: tuple[str, ...]
) -> History:
    """Opens the article's next state. Pictures replaced in the same visit, just before, belong to it."""
    latest, lacks = article.latest, lacking(article, look.key, reading, changed)
    if opened_by_pictures(article, look) and article.place:
        changed = tuple(dict.fromkeys((*changed, *latest.changed)))
        history, article = without_newest(history, article)
    stand = ArticleState(
        state_of(reading), reading_digest(reading), reading, look, look.at, look.at, changed,
        pictures_of(history, latest, reading, look.at), lacks,
    )  # fmt: skip
    article = replace(article, stands=(*article.stands, stand))
    article = put_face(article, look.key, replace(face_of(look, reading, article.place), differs=lacks))
    article = seen_again(make_primary(article, look), look)
    history = _with_verdict(history, Verdict(look, article.number, article.place))
    return with_moved_pictures(history, article)


def _doubted(history: History, article: Article, look: UrlCapture, reading: Reading, why: str) -> History:
    """Keeps the doubtful reading with the URL, whose face falls silent; a URL without a face, which redirected here
    until now, gets one."""
    face = article.faces.get(look.key) or UrlRendition(look.url, article.latest.reading, article.place, article.seen)
    waiting = _waiting(history, article, look, reading)
    if waiting and waiting.reading and state_of(waiting.reading) == state_of(reading):
        doubted = replace(waiting, why=why)
    else:
        doubted = Doubted(look, reading, why)
    article = put_face(article, look.key, replace(face, standing="silent", doubted=doubted))
    return _with_article_and_verdict(history, article, Verdict(look, article.number, None, why, doubted=True))


def _other_variant(
    history: History, article: Article, face: UrlRendition | None, look: UrlCapture, reading: Reading
) -> History:
    """A shorter copy, or one that lags behind: no edit, whatever it says."""
    state = state_of(reading)
    shows = next((place for place, stand in enumerate(article.stands) if stand.state == state), None)
    place = article.place if shows is None else shows
    differs = face.differs if face and face.differs else _differs(article, place, reading)
    shown = UrlRendition(look.url, reading, place, look.at, differs=differs)
    article = put_face(article, look.key, shown)
    return _with_article_and_verdict(
        history, article, Verdict(look, article.number, shows, "" if shows is not None else "another print")
    )


def _differs(article: Article, place: int, reading: Reading) -> frozenset[str]:
    return frozenset(changed_fields(article.stands[place].reading, reading))


def _with_article_and_verdict(history: History, article: Article, verdict: Verdict) -> History:
    return _with_verdict(_with_article(history, article), verdict)


def _with_article(history: History, article: Article) -> History:
    return replace(
        history, articles=tuple(article if other.number == article.number else other for other in history.articles)
    )


def _with_verdict(history: History, verdict: Verdict) -> History:
    return replace(history, verdicts=(*history.verdicts, verdict))
