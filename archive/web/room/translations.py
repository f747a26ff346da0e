"""Translations into Vietnamese and English: strings, dates and times, descriptions of changes.

Sentences come from whole templates, because Vietnamese puts the verb first: `sửa 2 đoạn`, where English says
`2 paragraphs edited`.
"""

from __future__ import annotations

import re
import tomllib
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from markupsafe import Markup

from archive.diff import Change, size
from archive.diff.summary import ORDER, Quote
from archive.model import clock
from archive.model.clock import zone_of
from archive.model.validation import FIRST_MOMENT

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_FILE = Path(__file__).with_name("texts.toml")


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[Language, str]]:
    """All texts by key and language."""
    return tomllib.loads(_FILE.read_text("utf-8"))


def say(language: Language, key: str, **values: object) -> str:
    """A text with its values filled in. Raises KeyError for an unknown key or a missing value."""
    return _form(language, key, values).format(**values)


def markup(language: Language, key: str, **values: object) -> Markup:
    """The same as markup: values that are not markup are escaped."""
    return Markup(_form(language, key, values)).format(**values)


def _form(language: Language, key: str, values: Mapping[str, object]) -> str:
    """The text, or its plural form: of two forms separated by a bar, the first is for n = 1."""
    singular, bar, plural = texts()[key][language].partition("|")
    return plural if bar and values.get("n") != 1 else singular


def preferred(accept_language: str) -> Language:
    """The supported language that Accept-Language prefers (RFC 9110, section 12.5.4); Vietnamese by default."""
    accepted: list[tuple[float, Language]] = []
    for part in accept_language.lower().split(","):
        tag, _, parameter = part.strip().partition(";")
        accepted += [(_quality(parameter), language) for language in LANGUAGES if tag.split("-")[0] == language]
    best = max(accepted, key=lambda pair: pair[0], default=(0.0, LANGUAGES[0]))
    return best[1] if best[0] > 0 else LANGUAGES[0]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def local(stamp: str, zone: str) -> datetime:
    """A stored time in a zone, an IANA name; the earliest possible time where it cannot be parsed."""
    return (clock.read(stamp) or FIRST_MOMENT).astimezone(zone_of(zone))


_DATE_PATTERNS = (
    (re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"), False),
    (re.compile(r"(?:ngày )?(?P<day>\d{1,2}) ?[-/. ] ?(?P<month>\d{1,2}) ?[-/. ] ?(?P<year>\d{4})"), False),
    (re.compile(r"(?:ngày )?(?P<day>\d{1,2}) tháng (?P<month>\d{1,2})(?: năm|,)? (?P<year>\d{4})"), False),
    (re.compile(r"(?:tháng )?(?P<month>\d{1,2})[-/](?P<year>\d{4})"), True),
    (re.compile(r"(?:năm )?(?P<year>\d{4})"), True),
    (re.compile(r"(?P<day>\d{1,2}) (?P<name>[a-z]{3,9}),? (?P<year>\d{4})"), False),
)


def day_in(text: str, *, last: bool = False) -> date | None:
    """Parses a day as people write it: `2026-05-20`, `20/5/2026`, `20.5.2026`, `20 tháng 5 năm 2026`, `20 May 2026`;
    for a month or a year its first day, or with `last` its last. None where it is no date."""
    for pattern, without_day in _DATE_PATTERNS:
        if match := pattern.fullmatch(" ".join(text.lower().split())):
            return _day_of(match.groupdict(), last=last and without_day)
    return None


def _day_of(groups: dict[str, str | None], *, last: bool) -> date | None:
    months = [name.lower() for name in _MONTHS]
    named_month = next((n for n, name in enumerate(months, 1) if name.startswith(groups.get("name") or "-")), 0)
    month = named_month or int(groups.get("month") or (12 if last else 1))
    try:
        year = int(groups["year"] or 0)
        return date(year, month, int(groups.get("day") or (monthrange(year, month)[1] if last else 1)))
    except (ValueError, IndexError):
        return None


def day(moment: date, language: Language) -> str:
    """`20/5/2026` or `20 May 2026`."""
    if language == "vi":
        return f"{moment.day}/{moment.month}/{moment.year}"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


_WEEKDAYS = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def weekday(moment: date, language: Language) -> str:
    """`Thứ Hai, 18/5/2026` or `Monday, 18 May 2026`."""
    return f"{_WEEKDAYS[language][moment.weekday()]}, {day(moment, language)}"


def minute(moment: datetime, language: Language) -> str:
    """`08:15, 20/5/2026` or `20 May 2026, 08:15`."""
    hour = time_of_day(moment, language)
    return f"{hour}, {day(moment, language)}" if language == "vi" else f"{day(moment, language)}, {hour}"


def time_of_day(moment: datetime, language: Language) -> str:
    """`08:15`, in every language."""
    return f"{moment:%H:%M}"


def month(moment: date, language: Language) -> str:
    """`5/2026` or `May 2026`."""
    return f"{moment.month}/{moment.year}" if language == "vi" else f"{_MONTHS[moment.month - 1]} {moment.year}"


NUMBERED = frozenset({"body", "picture", "caption", "credit"})
_STATUS_REASON = re.compile(r"status (\d{3})")
_REDIRECT_REASON = re.compile(r"redirected to (\S+?)(?:,|$)")
Say = Callable[..., str]
"""Visit.say: returns a text in the page's language, with its values filled in."""


def what_of(say: Say, quote: Quote) -> str:
    """The part and the kind of change of a quote: `headline`, `paragraph 3 moved`."""
    name = say(f"part.{quote.part}")
    if quote.part in NUMBERED and quote.place:
        name = f"{name} {quote.place}"
    return name if quote.kind == "edited" else say(f"did.{quote.kind}", what=name)


def title(say: Say, changes: Sequence[Change]) -> str:
    """`paragraph 2 (was 5): moved`; for a picture also the changes of its caption and credit."""
    first, *texts = changes
    parts = [] if first.kind in ("edited", "unchanged") else [say(f"kind.{first.kind}")]
    parts += [
        say(f"did.{change.kind}", what=say(f"part.{change.part}"))
        for change in texts
        if change.kind not in ("unchanged", first.kind)
    ]
    return say("diff.of", place=_position(say, first), became=", ".join(parts)) if parts else _position(say, first)


def _position(say: Say, change: Change) -> str:
    name = say(f"part.{change.part}")
    positions, old_positions = change.new or change.old, change.old
    if change.part not in NUMBERED or not positions:
        return name
    was = f" {say('diff.was', place=_range(old_positions))}" if old_positions and old_positions != positions else ""
    return f"{name} {_range(positions)}{was}"


def _range(positions: Sequence[int]) -> str:
    return str(positions[0]) if len(positions) == 1 else f"{positions[0]}–{positions[-1]}"


def summary(say: Say, changes: Sequence[Change]) -> str:
    """One sentence for all changes: `headline edited; 2 paragraphs edited; 14 words removed, 3 added`."""
    clauses = []
    for part in sorted({change.part for change in changes}, key=ORDER.index):
        kinds = Counter(change.kind for change in changes if change.part == part)
        noun = f"parts.{part}" if part in NUMBERED else f"part.{part}"
        clauses.append(", ".join(say(f"did.{kind}", what=say(noun, n=count)) for kind, count in kinds.items()))
    removed, added = size(changes)
    if removed or added:
        clauses.append(worded(say, removed, added))
    return "; ".join(clauses) or say("diff.nothing")


def gone_reason(say: Say, stored: str | None) -> str:
    """The reason why an article is gone, in the page's language; the stored text if it has no known form."""
    if match := _REDIRECT_REASON.search(stored or ""):
        return say("reason.redirected", url=match[1])
    match = _STATUS_REASON.fullmatch(stored or "")
    return say("reason.status", status=match[1]) if match else stored or ""


def worded(say: Say, removed: int, added: int) -> str:
    """The numbers of removed and added words; a number of zero is left out."""
    if removed and added:
        return say("edit.words", n=removed, added=added)
    return say("edit.words_removed", n=removed) if removed else say("edit.words_added", n=added)
