"""What is not believed at once: one bad day of a site writes no history.

A page at an article's address that says something else than before is an edit, or it is not the article at all: a
maintenance page, a browser check, an error template that calls itself an article, another article's text, a page that
broke off. No list of phrases can tell. What tells is the article's own past, and the rest of the outlet:

- the same words at several articles, or the words of another article that lives, are no article's next state, however
  long they stay; without a date, words that stand at several addresses are no article's first state either;
- a page that shares nothing with what stood there (no headline, no paragraph, no picture, hardly two words in a row) is
  believed when the next look shows it again; never, if it has no date where the article had one;
- a page whose text is gone, under another headline, is believed when the next look shows it again;
- what changes at nearly all articles at once is believed of each that still shows it at the next look, for then it is a
  redesign and no outage;
- a page without its own end, where all before it had one, is believed when it is still so at the next look.

A doubted capture opens nothing, buries nobody and brings nobody back. Once believed, it counts from its own time, as if
all had been known at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from archive.history.article_identity import RECENT
from archive.history.edits import FIELDS, places, resembles
from archive.history.facts import Look
from archive.history.picture_changes import VISIT
from archive.history.states import state_of
from archive.history.values import Article, Doubted, History
from archive.model.records import Reading
from archive.text.equivalence import tidy, tokens

_SAME_WORDS = 2  # other articles: two agencies' reports may be alike, three pages of one site are one page
_SAME_HEADLINE = 4  # columns repeat their headlines at a few articles
_PAIRS = 0.25
"""How many of the pairs of words that follow one another must be common, of the shorter text's. Two unrelated articles
of one paper have 2 to 6 in 100 in common; a text rewritten sentence by sentence more than 40."""
_HOLLOW = 0.1  # of the text that stood there


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a reading is not believed. lasting: that it stays does not make it true."""

    why: str
    lasting: bool


def doubt(history: History, article: Article, look: Look, reading: Reading) -> Doubt | None:
    """Why a reading is not believed to be the article's next state; None when it is."""
    for why, lasting in (
        _elsewhere(history, article, look, reading),
        _alien(article, look, reading),
        _hollow(article, reading),
        _at_once(look),
        _cut(look),
    ):
        if why:
            return Doubt(why, lasting)
    return None


def departures(history: History) -> list[Look]:
    """Captures that say what other addresses must be asked about: those that changed what a known article says, and
    first ones without a date."""
    stands = ((place, stand) for article in history.articles for place, stand in enumerate(article.stands))
    return [one.proof for place, one in stands if one.picture is None and (place or is_anyones(one.reading))]


def is_anyones(reading: Reading) -> bool:
    """Whether words may be those of a page that a site shows everywhere: they have no date."""
    return reading.published_at is None and bool(reading.text)


def first_doubt(look: Look, reading: Reading) -> str:
    """Why a page is not believed to be an article that nobody knew; empty when it is."""
    if is_anyones(reading) and look.signs.same_words >= _SAME_WORDS:
        return f"the same page, without a date, stood at {look.signs.same_words + 1} addresses"
    return ""


def is_freed(history: History, article: Article, doubted: Doubted, look: Look, reading: Reading) -> bool:
    """Whether a second look shows that what was doubted is there to stay: by what is known now."""
    if doubted.reading is None or look.at <= doubted.look.at:
        return False
    if look.answer == "confirmed" and doubted.look.signs.cut:  # validators are those of the whole page
        return False
    if look.signs.at_once and look.at - doubted.look.at <= VISIT:  # still the same upheaval
        return False
    latest = article.latest.reading
    stays = resembles(doubted.reading, reading) and not resembles(latest, reading)
    if not stays and state_of(doubted.reading) != state_of(reading):
        return False
    found = doubt(history, article, replace(doubted.look, via=(*doubted.look.via, *look.via)), doubted.reading)
    return found is None or not found.lasting


def _elsewhere(history: History, article: Article, look: Look, reading: Reading) -> tuple[str, bool]:
    if look.signs.same_words >= _SAME_WORDS:
        return f"the same page stood at {look.signs.same_words + 1} articles", True
    if look.signs.same_headline >= _SAME_HEADLINE and not _is_kin(article, reading):
        return f"the same headline stood at {look.signs.same_headline + 1} articles", True
    if not resembles(article.latest.reading, reading):
        kin = _is_kin(article, reading)
        for other in history.articles:
            if other.number != article.number and _is_taken_from(other, look, reading, kin=kin):
                return f"it shows the article of {other.url}", True
    return "", False


def _is_taken_from(other: Article, look: Look, reading: Reading, *, kin: bool) -> bool:
    """Whether a page shows another article, which lives at its own address. kin: it has something of its own past too,
    as a live report that takes in a brief has; then the brief's headline must stand over it."""
    if other.is_gone or other.speaker in look.via or not resembles(other.latest.reading, reading):
        return False
    return not kin or FIELDS["headline"](other.latest.reading) == FIELDS["headline"](reading)


def _hollow(article: Article, reading: Reading) -> tuple[str, bool]:
    """A template that nobody filled has lost the text, and another headline stands over it."""
    recent = [stand.reading for stand in article.stands[-RECENT:]]
    known = any(FIELDS["headline"](one) == FIELDS["headline"](reading) for one in recent)
    if known or len(reading.text) >= _HOLLOW * min(len(one.text) for one in recent):
        return "", False
    return "it has lost its text, and its headline is another", False


def _alien(article: Article, look: Look, reading: Reading) -> tuple[str, bool]:
    if _is_kin(article, reading):
        return "", False
    undated = reading.published_at is None and article.latest.reading.published_at is not None
    if undated or look.signs.same_words:
        return "it has nothing in common with the article, nor what this outlet's articles have", True
    return "it has nothing in common with the article", False


def _at_once(look: Look) -> tuple[str, bool]:
    return ("nearly all articles looked at changed at once", False) if look.signs.at_once else ("", False)


def _cut(look: Look) -> tuple[str, bool]:
    return ("the page has no end, and all before it had one", False) if look.signs.cut else ("", False)


def _is_kin(article: Article, reading: Reading) -> bool:
    """Whether a page has anything in common with what stood at the article's address lately."""
    return any(_kin(stand.reading, reading) for stand in article.stands[-RECENT:])


def _kin(one: Reading, other: Reading) -> bool:
    headlines = FIELDS["headline"](one), FIELDS["headline"](other)
    if headlines[0] and headlines[0] == headlines[1]:
        return True
    if set(FIELDS["body"](one)) & set(FIELDS["body"](other)):
        return True
    if set(places(one.images)) & set(places(other.images)):
        return True
    ours, theirs = _pairs(one), _pairs(other)
    return len(ours & theirs) >= _PAIRS * min(len(ours), len(theirs)) > 0


def _pairs(reading: Reading) -> set[tuple[str, str]]:
    text = " ".join(filter(None, (reading.headline, reading.lead, reading.text)))
    return set(pairwise(key.lower() for key in tokens(tidy(text)).keys if key[0].isalnum()))
