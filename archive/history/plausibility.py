"""Doubts implausible pages: one bad day of a site must not write history.

A page at an article's URL that differs from before is an edit, or it is not the article at all: a maintenance page, a
browser check, an error template read as an article, another article's text, a truncated page. No list of phrases can
tell. The article's own past, and the rest of the outlet, can. Some doubts last; what others
concern (`_DOUBTS`) is accepted when a capture more than half a day later shows it again, for an hour later a site's bad
day is not over. A page at the URL of a list waits for the next capture, whenever it comes.

A doubted capture opens no version, marks no article as gone and none as returned. Once accepted, it counts from its own
time, as if all had been known at once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from archive.history.article_identity import RECENT
from archive.history.edits import (
    EDIT_FIELDS,
    PARTS,
    begins_one,
    byline_of,
    changed_fields,
    headline_of,
    is_redated,
    is_walled,
    keeps_lead,
    lines_of,
    picture_refs,
    resembles,
    state_of,
    words_of,
)
from archive.history.facts import UrlCapture
from archive.history.picture_changes import VISIT
from archive.history.values import Article, Doubted, History
from archive.model.records import Reading, Unreadable
from archive.text.equivalence import IdentityMemo, is_garbled, tidy, tokens

SAME_WORDS = 2  # other articles: two agency reports may be alike, three like pages of one site are one page
SAME_HEADLINE = 4  # a column repeats its headline at a few articles
_COMMON_BIGRAMS = 0.25
"""Share of the shorter text's bigrams (pairs of consecutive words) that two related texts have in common. Two unrelated
articles of one outlet have 2 to 6 in 100 in common; a text rewritten sentence by sentence more than 40."""
_COMMON_LINES = 0.2  # of the shorter text: a line that a site prints under several articles makes them no relatives
_LOST_TEXT_SHARE = 0.1  # of the former text's length
_DIGIT = re.compile(r"\d")
_KEPT_SHARE = 0.6  # of the former text: an edit that keeps more of it is no wall, and none cut short
_SHORTENED_SHARE = 0.3  # of the former text's length: an editor seldom leaves less


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a reading is not accepted. lasting: it stays doubted however long the page shows it."""

    why: str
    lasting: bool = False


def doubt(history: History, article: Article, capture: UrlCapture, reading: Reading) -> Doubt | None:
    """Why a reading is not accepted to be the article's next state; None when it is."""
    if found := _text_of_others(history, article, capture, reading):
        return found
    why = next((why for why, is_so in _DOUBTS.items() if is_so(article, capture, reading)), None)
    undated = reading.published_at is None and article.latest.reading.published_at is not None
    return Doubt(why, why == _UNRELATED and bool(undated or capture.signs.same_words)) if why else None


def compared_captures(history: History) -> set[int]:
    """Captures to compare with other URLs' captures, by their ids: those that changed a known article's text, or would
    have, and first ones without a date."""
    kept_back = [verdict.capture for verdict in history.verdicts if verdict.doubted]
    doubted = {capture.id for capture in kept_back if isinstance(capture.reading, Reading)}
    states = ((index, state) for article in history.articles for index, state in enumerate(article.states))
    opening = ((index, state) for index, state in states if state.picture is None)
    return doubted | {state.proof.id for index, state in opening if index or is_anyones(state.reading)}


Departures = Mapping[str, set[int]]
"""By the name of words, or of a headline: the articles of a history that changed to these."""


def departures_of(history: History) -> Departures:
    """What the articles of a history changed to; nothing for a single article, which is compared with no other."""
    departures = defaultdict(set)
    for verdict in history.verdicts if len(history.articles) > 1 else ():
        reading = verdict.capture.reading
        if verdict.article is not None and (verdict.doubted or verdict.state_index) and isinstance(reading, Reading):
            for name in (words_of(reading), headline_of(reading)):
                departures[name].add(verdict.article)
    return departures


def is_anyones(reading: Reading) -> bool:
    """Whether a text may be a page that a site shows everywhere: it has no date."""
    return reading.published_at is None and bool(reading.text)


LIST_BEFORE = "the page was a list until now"


def first_doubt(history: History, before: UrlCapture | None, capture: UrlCapture, reading: Reading) -> str:
    """Why a page is not accepted to be a new article; empty when it is. before: the URL's page before this one."""
    if before and isinstance(before.reading, Unreadable) and before.reading.reason == "listing":
        return LIST_BEFORE
    if is_anyones(reading) and capture.signs.same_words >= SAME_WORDS:
        return f"the same page, without a date, stood at {capture.signs.same_words + 1} addresses"
    sources = [article for article in history.articles if article.primary in capture.via]
    if reading.published_at is None and any(article.latest.reading.published_at for article in sources):
        return "an article's address leads here, and it has no date, as that has"
    return ""


def was_doubted(history: History, before: UrlCapture | None, reading: Reading) -> bool:
    """Whether a page shows again what was doubted because its URL had shown a list."""
    former = before.reading if before else None
    if before is None or not isinstance(former, Reading) or not resembles(former, reading):
        return False
    verdicts = (verdict for verdict in reversed(history.verdicts) if verdict.capture.id == before.id)
    return any(verdict.why == LIST_BEFORE for verdict in verdicts)


def is_confirmed(history: History, article: Article, doubted: Doubted, capture: UrlCapture, reading: Reading) -> bool:
    """Whether a second capture confirms what was doubted, by what is known now."""
    if doubted.reading is None:
        return False
    if capture.answer == "confirmed" and doubted.capture.signs.cut:  # the validators belong to the whole page
        return False
    if capture.time - doubted.capture.time <= VISIT:  # an hour later a bad day is not over
        return False
    latest = article.latest.reading
    is_rewritten = resembles(doubted.reading, reading) and not resembles(latest, reading)
    at_once = capture.signs.at_once
    persists = is_rewritten or (
        not doubted.capture.signs.cut and _stays(latest, doubted.reading, reading, at_once=at_once)
    )
    persists = persists or (
        not at_once and all(_has_lost_text(article, capture, shown) for shown in (doubted.reading, reading))
    )
    if not persists and state_of(doubted.reading) != state_of(reading):
        return False
    still_doubted = doubt(
        history, article, replace(doubted.capture, via=(*doubted.capture.via, *capture.via)), doubted.reading
    )
    return still_doubted is None or not still_doubted.lasting


def _stays(latest: Reading, doubted: Reading, reading: Reading, *, at_once: bool) -> bool:
    """Whether a page still shows what was changed in the doubted one: all of it, or, where it may be another layout
    whose parts change at each look, most of it."""
    former, changed, shown = (set(EDIT_FIELDS["body"](page)) for page in (latest, doubted, reading))
    counters = {_DIGIT.sub("", line) for line in changed - shown} & {_DIGIT.sub("", line) for line in shown - changed}
    if counters:  # a clock, a counter: lines that differ in nothing but digits from one look to the next
        former, changed, shown = (
            {line for line in lines if _DIGIT.sub("", line) not in counters} for lines in (former, changed, shown)
        )
    fields = [name for name in changed_fields(latest, doubted) if name != "body"]
    kept = len((changed - former) & shown) + len(former - changed - shown)
    kept += sum(name not in changed_fields(doubted, reading) for name in fields)
    total = len(changed ^ former) + len(fields)
    return 2 * kept > total if at_once else kept == total > 0


def _text_of_others(history: History, article: Article, capture: UrlCapture, reading: Reading) -> Doubt | None:
    own = [past.reading for past in article.states[-RECENT:]]  # at others it is a page in a wrong place
    is_own = any(words_of(past) == words_of(reading) or resembles(past, reading) for past in own)
    if capture.signs.same_words >= SAME_WORDS and not is_own:
        return Doubt(f"the same page stood at {capture.signs.same_words + 1} articles", lasting=True)
    if capture.signs.same_headline >= SAME_HEADLINE and headline_of(reading) != headline_of(article.latest.reading):
        lasting = not _is_related(article, reading)
        return Doubt(f"the same headline stood at {capture.signs.same_headline + 1} articles", lasting)
    if not resembles(article.latest.reading, reading):
        related = _is_related(article, reading)
        for other in history.articles:
            if other.number != article.number and _is_text_of(other, capture, reading, is_related=related):
                return Doubt(f"it shows the article of {other.url}", lasting=True)
    return None


def _is_text_of(other: Article, capture: UrlCapture, reading: Reading, *, is_related: bool) -> bool:
    """Whether a page shows another article, which does not redirect there. is_related: the page resembles its own past
    too, as a live report that includes a brief does; then the brief must be online, and its headline stand over it."""
    if other.primary in capture.via or not resembles(other.latest.reading, reading):
        return False
    if other.is_gone and is_related:
        return False
    return not is_related or any(headline_of(past.reading) == headline_of(reading) for past in other.states[-RECENT:])


def _is_garbled(article: Article, _: UrlCapture, reading: Reading) -> bool:
    parts: tuple[Callable[[Reading], str], ...] = (_printed, byline_of, lambda page: page.headline or "")
    return any(is_garbled(part(article.latest.reading), part(reading)) for part in parts)


def _printed(reading: Reading) -> str:
    captions = (image.caption for image in reading.images)
    return " ".join(filter(None, (reading.headline, reading.lead, reading.text, reading.byline, *captions)))


def _has_lost_text(article: Article, capture: UrlCapture, reading: Reading) -> bool:
    """Whether a page has not the text of the article's recent states, nor of what its URL showed, under their headline;
    or, as an unfilled template, next to none under another one."""
    own = article.renditions.get(capture.key)
    shown = [*([own.reading] if own else ()), *(past.reading for past in article.states[-RECENT:])]
    keeps_headline = headline_of(reading) in map(headline_of, (shown[0], shown[-1]))
    is_unfilled = len(reading.text) < _LOST_TEXT_SHARE * min(len(former.text) for former in shown)
    return (keeps_headline or is_unfilled) and all(_is_replaced(former, reading) for former in shown)


def _is_replaced(old: Reading, new: Reading) -> bool:
    """Whether most of a text is cut off at its end, or has made room for lines unlike it."""
    before, after = lines_of(old.text), lines_of(new.text)
    kept = set(before) & set(after)
    if sum(map(len, kept)) >= _KEPT_SHARE * sum(map(len, before)):
        return False
    if sum(map(len, after)) < _SHORTENED_SHARE * sum(map(len, before)):
        return True
    removed = [line for line in before if line not in kept]
    added = [line for line in after if line not in kept and not begins_one(line, removed)]
    if not added:
        return after[:-1] == before[: max(len(after) - 1, 0)]
    return not _have_common_words(_bigrams(" ".join(removed)), _bigrams(" ".join(added)))


def _is_announced(before: Reading, after: Reading) -> bool:
    """Whether a page says that it was corrected or updated, and keeps all lines that stood there before."""
    notes = {*(after.correction or "").splitlines()} - {*(before.correction or "").splitlines()}
    return bool(notes) and {*EDIT_FIELDS["body"](before)} <= {*EDIT_FIELDS["body"](after)}


def _lacks_part(article: Article, capture: UrlCapture, reading: Reading) -> bool:
    """Whether a page lacks a part that the article and its own URL had."""
    own = article.renditions.get(capture.key)
    former = [article.latest.reading, *([own.reading] if own else ())]
    if not reading.lead and all(past.lead and not keeps_lead(past, reading) for past in former):
        return True
    parts = (part for name, part in PARTS.items() if name != "lead")
    return any(all(map(part, former)) and not part(reading) for part in parts)


def _is_related(article: Article, reading: Reading) -> bool:
    """Whether a page has anything in common with the article's recent states."""
    return any(_are_related(past.reading, reading) for past in article.states[-RECENT:])


def _are_related(first: Reading, second: Reading) -> bool:
    headlines = EDIT_FIELDS["headline"](first), EDIT_FIELDS["headline"](second)
    if headlines[0] and headlines[0] == headlines[1]:
        return True
    lines, others = set(EDIT_FIELDS["body"](first)), set(EDIT_FIELDS["body"](second))
    if _length(lines & others) >= _COMMON_LINES * min(_length(lines), _length(others)) > 0:
        return True
    if set(picture_refs(first.images)) & set(picture_refs(second.images)):
        return True
    return _have_common_words(_bigrams_of(first), _bigrams_of(second))


def _length(lines: set[str]) -> int:
    return sum(map(len, lines))


def _have_common_words(first: set[tuple[str, str]], second: set[tuple[str, str]]) -> bool:
    return len(first & second) >= _COMMON_BIGRAMS * min(len(first), len(second)) > 0


@IdentityMemo
def _bigrams_of(reading: Reading) -> set[tuple[str, str]]:
    words = filter(None, (reading.headline, reading.text or reading.lead))  # templates fill in the lead too
    return _bigrams(" ".join(words))


def _bigrams(text: str) -> set[tuple[str, str]]:
    return set(pairwise(key.lower() for key in tokens(tidy(text)).keys if key[0].isalnum()))


_UNRELATED = "it has nothing in common with the article"
_DOUBTS: dict[str, Callable[[Article, UrlCapture, Reading], bool]] = {
    "its letters are damaged, as in a wrong charset": _is_garbled,
    "it is in another language": lambda article, _, reading: (
        len({article.latest.reading.language, reading.language} - {None}) > 1
    ),
    "an offer to subscribe stands in the place of its text": lambda article, _, reading: is_walled(
        article.latest.reading, reading
    ),
    _UNRELATED: lambda article, _, reading: not _is_related(article, reading),
    "most of its text is cut off or replaced": _has_lost_text,
    "nearly all articles looked at changed at once": lambda article, capture, reading: (
        capture.signs.at_once and not _is_announced(article.latest.reading, reading)
    ),
    "it lacks a part that the article had": _lacks_part,
    "it is the same text of another time": lambda article, _, reading: is_redated(article.latest.reading, reading),
    "the page has no end, and most before it had one": lambda _, capture, __: capture.signs.cut,
}
