"""The fold: a history and one more observation give the next history.

An article is spoken for by one of its addresses. Each address is compared with itself: what it shows now with what it
showed before (its face). So a copy for phones that leaves pictures out is no edit, a twin that lags behind is none, and
when the speaker dies and another address goes on, the change of address is none either. The word goes to an address
that takes the speaker's place, and to the one that the speaker calls the article's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from archive.history.addresses import face_of, pass_word, put, put_face, seen_again, take_addresses
from archive.history.article_identity import article_of, spoken_at
from archive.history.copies import catches_up, completes, copy_of, edited_fields, inherits, lacking, leads
from archive.history.disappearances import bury, follow, refuse, silence
from archive.history.edits import changed_fields, reading_digest, resembles
from archive.history.facts import Look, Observation, PictureLook
from archive.history.picture_changes import (
    VISIT,
    opened_by_pictures,
    pictures_of,
    see_picture,
    shown_picture,
    without_pictures,
)
from archive.history.plausibility import doubt, first_doubt, is_freed
from archive.history.responses import declared_key, is_home
from archive.history.states import state_of
from archive.history.values import NOTHING, Article, Doubted, Face, History, Stand, Verdict
from archive.model.records import Outlet, Reading, Unreadable


def derive(observations: Iterable[Observation], outlet: Outlet) -> History:
    """The history of facts that belong together, given in order of time (archive.history.chronology)."""
    return reduce(lambda history, one: step(history, one, outlet), observations, NOTHING)


def step(history: History, observation: Observation, outlet: Outlet) -> History:
    """The history after one more fact, which is later than all it knows."""
    fact = observation.fact
    if isinstance(fact, PictureLook):
        return see_picture(history, fact)
    if fact.answer == "redirect":
        leads = {**history.hops, fact.key: fact.leads_to or ""}
        return follow(silence(replace(history, hops=leads), fact), fact, heard=not observation.followed)
    if fact.key in history.hops:
        history = replace(history, hops={key: to for key, to in history.hops.items() if key != fact.key})
    if fact.answer == "gone":
        return bury(history, (fact.key, *fact.via), fact, fact.reason)
    if fact.answer == "error":
        return silence(history, fact)
    return _page(history, fact, outlet)


def _page(history: History, look: Look, outlet: Outlet) -> History:
    """A page, or the confirmation of the one the address brought before."""
    if look.answer == "confirmed":
        known = history.pages.get(look.key)
        if known is None:
            return history
        look = replace(look, said=known.said, signs=replace(look.signs, cut=known.signs.cut))
    history = replace(history, pages={**history.pages, look.key: look})
    leading = (key for key, to in history.hops.items() if to == look.key)
    look = replace(look, via=tuple(key for key in dict.fromkeys((*look.via, *leading)) if key != look.key))
    if isinstance(look.said, Unreadable):
        return refuse(history, look, look.said)
    if look.said is None:
        return _noted(history, Verdict(look, why="its bytes are not here"))
    if is_home(look.url, outlet):  # whatever it calls itself on a bad day
        return _noted(history, Verdict(look, why="the home page is no article"))
    return _read(history, look, look.said, outlet)


def _read(history: History, look: Look, reading: Reading, outlet: Outlet) -> History:
    article = article_of(history, look.key, look.via, reading, outlet)
    if article is None:
        if why := first_doubt(look, reading):
            return _noted(history, Verdict(look, why=why, doubted=True))
        if _is_detour(history, look, reading):
            return _detour(history, look)
        history = _opened(history, look, reading)
    else:
        history = _shown(history, article, look, reading, outlet)
    found = history.verdicts[-1]
    if found.doubted or found.article is None:  # it speaks for no address either
        return history
    return take_addresses(history, look, found.article, declared_key(reading, outlet))


def _is_detour(history: History, look: Look, reading: Reading) -> bool:
    """Whether addresses of dated articles lead to a page without a date that nobody knew: a page of the site's own."""
    known = (spoken_at(history, key) for key in look.via)
    return reading.published_at is None and any(one and one.latest.reading.published_at for one in known)


def _detour(history: History, look: Look) -> History:
    why = "an article's address leads here, and it has no date, as that has"
    history = _noted(history, Verdict(look, why=why, doubted=True))
    return bury(history, look.via, look, f"redirected to {look.url}, which is no article", surely=False)


def _opened(history: History, look: Look, reading: Reading) -> History:
    """The first that is seen of an article."""
    state, number = state_of(reading), len(history.articles)
    stand = Stand(
        state, reading_digest(reading), reading, look, look.at, look.at,
        pictures=pictures_of(history, None, reading, look.at),
    )  # fmt: skip
    faces = {look.key: Face(look.url, reading, 0, look.at)}
    article = Article(number, look.key, look.url, (stand,), faces, look.at, look.at, look)
    return _noted(replace(history, articles=(*history.articles, article)), Verdict(look, number, 0))


def _shown(history: History, article: Article, look: Look, reading: Reading, outlet: Outlet) -> History:
    """A page of a known article, which may show that what was doubted is there to stay."""
    doubted = _waiting(history, article, look, reading)
    if doubted and state_of(reading) != article.latest.state and is_freed(history, article, doubted, look, reading):
        if _is_another(article, look, doubted):
            return _taken(history, look, doubted, reading, outlet)
        if inherits(article, look, reading, outlet) or leads(article, look, reading, outlet):
            history = _believed(history, article, doubted, outlet)
    return _judged(history, history.articles[article.number], look, reading, outlet)


def _judged(history: History, article: Article, look: Look, reading: Reading, outlet: Outlet) -> History:
    """Its state confirmed, its next state, another print of it, or what is not believed."""
    face, speaks = article.faces.get(look.key), inherits(article, look, reading, outlet)
    if state_of(reading) == article.latest.state:
        return _confirmed(history, article, look, reading, speaks=speaks)
    if completes(article, face, look, reading, outlet):
        return _completed(history, article, look, reading)
    if again := _print_of(article, face, look, reading, outlet):
        return _print_again(history, article, again, look, reading, speaks=speaks)
    found = doubt(history, article, look, reading)
    if found and (speaks or face is not None):
        return _doubted(history, article, look, reading, found.why)
    if speaks or leads(article, look, reading, outlet):
        return _edited(history, article, look, reading, edited_fields(article, face, look, reading))
    return _another_print(history, article, face, look, reading)


def _print_of(article: Article, face: Face | None, look: Look, reading: Reading, outlet: Outlet) -> Face | None:
    """The face of a page that says nothing of its own: what its address showed before, or what the article says
    already, less what a copy leaves out."""
    if face and not changed_fields(face.reading, reading):
        return face
    if face is None:
        place = copy_of(article, look, reading, outlet)
    else:
        place = article.place if catches_up(article, face, reading) else None
    if place is None:
        return None
    return Face(look.url, reading, place, look.at, differs=_differs(article, place, reading))


def _waiting(history: History, article: Article, look: Look, reading: Reading) -> Doubted | None:
    """What was not believed of the address, of one that leads here, or, a visit ago, of another one that showed the
    very same; the first, unless other words have stood at the article since."""
    worded = next(stand for stand in reversed(article.stands) if stand.picture is None)
    waiting = [
        face.doubted
        for key, face in article.faces.items()
        if face.doubted and face.doubted.reading and worded.at <= face.doubted.look.at
        if key in (look.key, *look.via) or _said_before(face.doubted, look, reading)
        if spoken_at(history, key) in (None, article)  # it may be another article's by now
    ]
    return min(waiting, key=lambda one: one.look.place, default=None)


def _said_before(doubted: Doubted, look: Look, reading: Reading) -> bool:
    same = doubted.reading is not None and state_of(doubted.reading) == state_of(reading)
    return same and look.at - doubted.look.at > VISIT


def _is_another(article: Article, look: Look, doubted: Doubted) -> bool:
    """Whether an address has become another article's: the speaker has shown this one since."""
    if look.key == article.speaker or doubted.look.key != look.key or doubted.reading is None:
        return False
    speaker = article.faces.get(article.speaker)
    heard = speaker is not None and speaker.standing == "shows" and speaker.shown_at > doubted.look.at
    return heard and not resembles(article.latest.reading, doubted.reading)


def _taken(history: History, look: Look, doubted: Doubted, reading: Reading, outlet: Outlet) -> History:
    """The address belongs to an article of its own since what was doubted was first seen there."""
    assert doubted.reading is not None
    history, number = _opened(history, doubted.look, doubted.reading), len(history.articles)
    history = _judged_anew(history, doubted)
    history = take_addresses(history, doubted.look, number, declared_key(doubted.reading, outlet))
    return _shown(history, history.articles[number], look, reading, outlet)


def _judged_anew(history: History, doubted: Doubted) -> History:
    """With the newest verdict for all that showed what is believed now."""
    *former, own = history.verdicts
    verdicts = tuple(replace(own, look=one.look) if _is_of(one, doubted) else one for one in former)
    return replace(history, verdicts=verdicts)


def _believed(history: History, article: Article, doubted: Doubted, outlet: Outlet) -> History:
    """What was doubted is there to stay: it opened a state when it was first seen, with the pictures it had then."""
    assert doubted.reading is not None
    first = doubted.look
    while article.latest.at > first.at:
        history, article = without_pictures(history, article)
    changed = edited_fields(article, article.faces.get(first.key), first, doubted.reading)
    history = _judged_anew(_edited(history, article, first, doubted.reading, changed), doubted)
    article = reduce(shown_picture, doubted.fetches, history.articles[article.number])
    history = _with(history, article)
    return take_addresses(history, first, article.number, declared_key(doubted.reading, outlet))


def _is_of(verdict: Verdict, doubted: Doubted) -> bool:
    """Whether it is of a page that showed, since then, what was doubted."""
    look, said = verdict.look, verdict.look.said
    if not verdict.doubted or look.key != doubted.look.key or look.at < doubted.look.at:
        return False
    return isinstance(said, Reading) and doubted.reading is not None and state_of(said) == state_of(doubted.reading)


def _confirmed(history: History, article: Article, look: Look, reading: Reading, *, speaks: bool) -> History:
    place = article.place
    article = put_face(article, look.key, replace(face_of(look, reading, place), differs=article.latest.lacks))
    article = put(article, replace(article.latest, seen=look.at))
    if speaks:
        article = seen_again(pass_word(article, look), look)
    return _put(history, article, Verdict(look, article.number, place))


def _completed(history: History, article: Article, look: Look, reading: Reading) -> History:
    latest = article.latest
    before = article.stands[-2] if len(article.stands) > 1 else None
    pictures = {**pictures_of(history, before, reading, look.at), **latest.pictures}
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
    return _put(history, seen_again(pass_word(article, look), look), Verdict(look, article.number, place))


def _print_again(
    history: History, article: Article, face: Face, look: Look, reading: Reading, *, speaks: bool
) -> History:
    """An address that is not the article's speaker shows what it showed before. If the speaker is dead, it speaks from
    now on, and that the two prints differ is no edit."""
    article = put_face(article, look.key, replace(face, url=look.url, shown_at=look.at, standing="shows", doubted=None))
    if speaks:
        article = seen_again(pass_word(article, look), look)
    shows = face.stand if article.stands[face.stand].state == state_of(reading) else None
    return _put(history, article, Verdict(look, article.number, shows, "" if shows is not None else "another print"))


def _edited(history: History, article: Article, look: Look, reading: Reading, changed: tuple[str, ...]) -> History:
    """The article's next state. Pictures that were replaced in the same visit, just before, belong to it."""
    former, lacks = article.latest, lacking(article, look.key, reading, changed)
    if opened_by_pictures(article, look) and article.place:
        changed = tuple(dict.fromkeys((*changed, *former.changed)))
        history, article = without_pictures(history, article)
    stand = Stand(
        state_of(reading), reading_digest(reading), reading, look, look.at, look.at, changed,
        pictures_of(history, former, reading, look.at), lacks,
    )  # fmt: skip
    article = replace(article, stands=(*article.stands, stand))
    article = put_face(article, look.key, replace(face_of(look, reading, article.place), differs=lacks))
    return _put(history, seen_again(pass_word(article, look), look), Verdict(look, article.number, article.place))


def _doubted(history: History, article: Article, look: Look, reading: Reading, why: str) -> History:
    """Kept with the address, which is silent; one that only led here until now stands for what led here."""
    face = article.faces.get(look.key) or Face(look.url, article.latest.reading, article.place, article.seen)
    waiting = _waiting(history, article, look, reading)
    if waiting and waiting.reading and state_of(waiting.reading) == state_of(reading):
        found = replace(waiting, why=why)
    else:
        found = Doubted(look, reading, why)
    article = put_face(article, look.key, replace(face, standing="silent", doubted=found))
    return _put(history, article, Verdict(look, article.number, None, why, doubted=True))


def _another_print(history: History, article: Article, face: Face | None, look: Look, reading: Reading) -> History:
    """A copy that leaves something out, a twin that lags behind: no edit, whatever it says."""
    state = state_of(reading)
    shows = next((place for place, stand in enumerate(article.stands) if stand.state == state), None)
    place = article.place if shows is None else shows
    differs = face.differs if face and face.differs else _differs(article, place, reading)
    shown = Face(look.url, reading, place, look.at, differs=differs)
    article = put_face(article, look.key, shown)
    return _put(history, article, Verdict(look, article.number, shows, "" if shows is not None else "another print"))


def _differs(article: Article, place: int, reading: Reading) -> frozenset[str]:
    return frozenset(changed_fields(article.stands[place].reading, reading))


def _put(history: History, article: Article, verdict: Verdict) -> History:
    return _noted(_with(history, article), verdict)


def _with(history: History, article: Article) -> History:
    return replace(
        history, articles=tuple(article if one.number == article.number else one for one in history.articles)
    )


def _noted(history: History, verdict: Verdict) -> History:
    return replace(history, verdicts=(*history.verdicts, verdict))
