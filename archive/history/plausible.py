"""What is not believed at once: one bad day of a site writes no history.

A page at an article's address that says something else than before is an edit, or it is not the article at all: a
maintenance page, a browser check, an error template that calls itself an article, another article's text, a page that
broke off. No list of phrases can tell. What tells is the article's own past, and the rest of the outlet:

- the same words at several articles, or the words of another article, are no article's next state, however long they
  stay;
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

from itertools import pairwise

from archive.edits import FIELDS, places, resembles
from archive.history.facts import Look
from archive.history.values import Article, Doubted, History
from archive.records import Reading
from archive.wording import tidy, tokens

_SAME_WORDS = 2  # other articles: two agencies' reports may be alike, three pages of one site are one page
_SAME_HEADLINE = 4  # columns repeat their headlines at a few articles
_PAIRS = 0.25
"""How many of the pairs of words that follow one another must be common, of the shorter text's. Two unrelated articles
of one paper have 2 to 6 in 100 in common; a text rewritten sentence by sentence more than 40."""
_HOLLOW = 0.1  # of the text that stood there
_RECENT = 4  # states with which a page is compared


def doubt(history: History, article: Article, look: Look, reading: Reading) -> Doubted | None:
    """Why a reading is not believed to be the article's next state; None when it is."""
    for why, lasting in (
        _elsewhere(history, article, look, reading),
        _alien(article, look, reading),
        _hollow(article, reading),
        _at_once(look),
        _cut(look),
    ):
        if why:
            return Doubted(look, reading, why, lasting)
    return None


def is_freed(doubted: Doubted, latest: Reading, reading: Reading, *, same: bool) -> bool:
    """Whether a second look shows that what was doubted is there to stay. same: it shows the very same state."""
    if doubted.lasting or doubted.reading is None:
        return False
    return same or (resembles(doubted.reading, reading) and not resembles(latest, reading))


def _elsewhere(history: History, article: Article, look: Look, reading: Reading) -> tuple[str, bool]:
    if look.signs.same_words >= _SAME_WORDS:
        return f"the same page stood at {look.signs.same_words + 1} articles", True
    if look.signs.same_headline >= _SAME_HEADLINE and not _is_kin(article, reading):
        return f"the same headline stood at {look.signs.same_headline + 1} articles", True
    if not resembles(article.latest.reading, reading):
        for other in history.articles:
            if other.number != article.number and resembles(other.latest.reading, reading):
                return f"it shows the article of {other.url}", True
    return "", False


def _hollow(article: Article, reading: Reading) -> tuple[str, bool]:
    """A template that nobody filled has lost the text, and another headline stands over it."""
    recent = [stand.reading for stand in article.stands[-_RECENT:]]
    known = any(FIELDS["headline"](one) == FIELDS["headline"](reading) for one in recent)
    if known or len(reading.text) >= _HOLLOW * min(len(one.text) for one in recent):
        return "", False
    return "it has lost its text, and its headline is another", False


def _alien(article: Article, look: Look, reading: Reading) -> tuple[str, bool]:
    if _is_kin(article, reading):
        return "", False
    undated = reading.published_at is None and any(one.reading.published_at for one in article.stands)
    if undated or look.signs.same_words:
        return "it has nothing in common with the article, nor what this outlet's articles have", True
    return "it has nothing in common with the article", False


def _at_once(look: Look) -> tuple[str, bool]:
    return ("nearly all articles looked at changed at once", False) if look.signs.at_once else ("", False)


def _cut(look: Look) -> tuple[str, bool]:
    return ("the page has no end, and all before it had one", False) if look.signs.cut else ("", False)


def _is_kin(article: Article, reading: Reading) -> bool:
    """Whether a page has anything in common with what stood at the article's address lately."""
    return any(_kin(stand.reading, reading) for stand in article.stands[-_RECENT:])


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
