"""The fold: a history and one more observation give the next history.

An article is spoken for by one of its addresses. Each address is compared with itself: what it shows now with what it
showed before (its face). So a copy for phones that leaves pictures out is no edit, a twin that lags behind is none, and
when the speaker dies and another address goes on, the change of address is none either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from archive.edits import changed_fields, reading_digest
from archive.history.answers import declared_key, is_home
from archive.history.burials import bury, follow, refuse, silence
from archive.history.facts import Look, Observation, PictureLook
from archive.history.identity import article_of
from archive.history.pictures import VISIT, opened_by_pictures, pictures_of, see_picture
from archive.history.places import face_of, is_heard, pass_word, put, put_face, seen_again, take_addresses
from archive.history.plausible import doubt, is_freed
from archive.history.states import state_of
from archive.history.values import NOTHING, Article, Doubted, Face, History, Stand, Verdict
from archive.records import Outlet, Reading, Unreadable
from archive.urls import print_kind


def derive(observations: Iterable[Observation], outlet: Outlet) -> History:
    """The history of facts that belong together, given in order of time (archive.history.order)."""
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
        look = replace(look, said=known.said)
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
        history, number = _opened(history, look, reading), len(history.articles)
    else:
        history, number = _shown(history, article, look, reading, outlet), article.number
    if history.verdicts[-1].doubted:  # it speaks for no address either
        return history
    return take_addresses(history, look, number, declared_key(reading, outlet))


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
    """A page of a known article: its state confirmed, its next state, another print of it, or what is not believed."""
    face, state = article.faces.get(look.key), state_of(reading)
    if face and face.doubted and face.doubted.reading is not None and article.latest.at <= face.doubted.look.at:
        same = state_of(face.doubted.reading) == state
        if state != article.latest.state and is_freed(face.doubted, article.latest.reading, reading, same=same):
            history = _believed(history, article, face.doubted, outlet)
            article = history.articles[article.number]
            face = article.faces[look.key]
    inherits = look.key == article.speaker or article.speaker in look.via or not is_heard(article)
    if state == article.latest.state:
        speaks = inherits or look.key in declared_key(article.latest.reading, outlet)
        return _confirmed(history, article, look, reading, speaks=speaks)
    if _completes(article, face, look, reading, outlet):
        return _completed(history, article, look, reading)
    base = face.reading if face and look.key != article.speaker else article.latest.reading
    if face and look.key != article.speaker and not changed_fields(base, reading):
        return _print_again(history, article, face, look, reading, inherits=inherits)
    if inherits or _leads(article, face, state, look, reading, outlet):
        if found := doubt(history, article, look, reading):
            return _doubted(history, article, look, reading, found)
        return _edited(history, article, look, reading, changed_fields(base, reading))
    return _another_print(history, article, face, look, reading)


def _believed(history: History, article: Article, doubted: Doubted, outlet: Outlet) -> History:
    """What was doubted is there to stay: it opened a state when it was first seen."""
    assert doubted.reading is not None
    changed = changed_fields(article.latest.reading, doubted.reading)
    history = _edited(history, article, doubted.look, doubted.reading, changed)
    history = take_addresses(history, doubted.look, article.number, declared_key(doubted.reading, outlet))
    known = [one for one in history.verdicts if one.look is not doubted.look]
    return replace(history, verdicts=(*known, history.verdicts[-1]))


def _confirmed(history: History, article: Article, look: Look, reading: Reading, *, speaks: bool) -> History:
    place = len(article.stands) - 1
    article = put_face(article, look.key, face_of(look, reading, place))
    article = put(article, replace(article.latest, seen=look.at))
    if speaks:
        article = seen_again(pass_word(article, look), look)
    return _put(history, article, Verdict(look, article.number, place))


def _completes(article: Article, face: Face | None, look: Look, reading: Reading, outlet: Outlet) -> bool:
    """Whether a page is the fuller print of the newest state, of which a poorer one was met first: a copy for phones
    that names this address as its canonical one, a copy for printing met in the same visit that names none, or the
    article's own page back after a copy stood in for it."""
    latest = article.latest
    if look.key == article.speaker:
        return False
    if face is None and look.key in declared_key(latest.reading, outlet):
        return not doubtful_twin(latest.reading, reading)
    if face is None and is_fuller(look, latest.reading, reading):
        return latest.proof is article.page and look.at - latest.at <= VISIT
    return bool(latest.lacks) and latest.lacks >= set(changed_fields(latest.reading, reading))


def doubtful_twin(copy: Reading, reading: Reading) -> bool:
    """Whether what a copy names as its canonical page says something else in words, and so is an edit."""
    return bool({"headline", "body"} & set(changed_fields(copy, reading)))


def is_fuller(look: Look, copy: Reading, reading: Reading) -> bool:
    """Whether a page shows the pictures that a copy with the same words left out."""
    return bool(reading.images) and not copy.images and not print_kind(look.key) and not doubtful_twin(copy, reading)


def _completed(history: History, article: Article, look: Look, reading: Reading) -> History:
    latest = article.latest
    differs = frozenset(changed_fields(reading, latest.reading))
    before = article.stands[-2] if len(article.stands) > 1 else None
    pictures = {**pictures_of(history, before, reading, look.at), **latest.pictures}
    stand = replace(
        latest, state=state_of(reading), digest=reading_digest(reading), reading=reading, proof=look, at=look.at,
        seen=look.at, pictures=pictures, lacks=frozenset(),
    )  # fmt: skip
    place = len(article.stands) - 1
    faces = {
        key: replace(face, differs=differs) if face.stand == place and face.standing == "shows" else face
        for key, face in article.faces.items()
    }
    article = put(replace(article, faces=faces), stand)
    article = put_face(article, look.key, face_of(look, reading, place))
    return _put(history, seen_again(pass_word(article, look), look), Verdict(look, article.number, place))


def _print_again(
    history: History, article: Article, face: Face, look: Look, reading: Reading, *, inherits: bool
) -> History:
    """An address that is not the article's speaker shows what it showed before. If the speaker is dead, it speaks from
    now on, and that the two prints differ is no edit."""
    article = put_face(article, look.key, replace(face, url=look.url, shown_at=look.at, standing="shows", doubted=None))
    if inherits:
        article = seen_again(pass_word(article, look), look)
    shows = face.stand if article.stands[face.stand].state == state_of(reading) else None
    return _put(history, article, Verdict(look, article.number, shows, "" if shows is not None else "another print"))


def _leads(
    article: Article, face: Face | None, state: str, look: Look, reading: Reading, outlet: Outlet
) -> bool:  # fmt: skip
    """Whether an address that is not the speaker shows an edit that the speaker has not shown: it showed the very same
    until now, calls no other address its own, and the state is new to the article."""
    if face is None or face.differs or print_kind(look.key):
        return False
    declared = declared_key(reading, outlet)
    return declared in ((), (look.key,)) and all(stand.state != state for stand in article.stands)


def _edited(history: History, article: Article, look: Look, reading: Reading, changed: tuple[str, ...]) -> History:
    """The article's next state. Pictures that were replaced in the same visit, just before, belong to it."""
    former = article.latest
    stands = article.stands
    if opened_by_pictures(article, look) and len(stands) > 1:
        stands, changed = stands[:-1], tuple(dict.fromkeys((*changed, *former.changed)))
    lacks = frozenset(changed_fields(former.reading, reading)) - set(changed)
    stand = Stand(
        state_of(reading), reading_digest(reading), reading, look, look.at, look.at, changed,
        pictures_of(history, former, reading, look.at), lacks,
    )  # fmt: skip
    article = replace(article, stands=(*stands, stand))
    place = len(stands)
    article = put_face(article, look.key, face_of(look, reading, place))
    return _put(history, seen_again(pass_word(article, look), look), Verdict(look, article.number, place))


def _doubted(history: History, article: Article, look: Look, reading: Reading, found: Doubted) -> History:
    face = article.faces.get(look.key)
    if face is not None:
        article = put_face(article, look.key, replace(face, standing="silent", doubted=found))
    return _put(history, article, Verdict(look, article.number, None, found.why, doubted=True))


def _another_print(history: History, article: Article, face: Face | None, look: Look, reading: Reading) -> History:
    """A copy that leaves something out, a twin that lags behind: no edit, whatever it says."""
    state = state_of(reading)
    shows = next((place for place, stand in enumerate(article.stands) if stand.state == state), None)
    place = len(article.stands) - 1 if shows is None else shows
    differs = frozenset(changed_fields(article.stands[place].reading, reading))
    if face and face.differs:
        differs = face.differs
    shown = Face(look.url, reading, place, look.at, differs=differs)
    article = put_face(article, look.key, shown)
    return _put(history, article, Verdict(look, article.number, shows, "" if shows is not None else "another print"))


def _put(history: History, article: Article, verdict: Verdict) -> History:
    articles = tuple(article if one.number == article.number else one for one in history.articles)
    return _noted(replace(history, articles=articles), verdict)


def _noted(history: History, verdict: Verdict) -> History:
    return replace(history, verdicts=(*history.verdicts, verdict))
