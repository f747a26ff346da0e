"""Extracts publication and modification date, from metas, JSON-LD and the date lines beside the headline."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from archive.extract.dates import Stamp, machine, visible
from archive.extract.declared import Declared
from archive.extract.elements import Position, is_running, label, text_of
from archive.extract.own_rules import RuleMatch

PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "pubdate", "publishdate", "publish-date",
    "publish_date", "published_time", "og:published_time", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created", "dc.date", "date", "parsely-pub-date", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "sailthru.date", "published_at", "published-date", "publication_date",
    "publication-date", "http://ogp.me/ns/article#published_time", "article.published", "bt:pubdate",
    "vr:published_time", "article:published", "pdate", "originalpublicationdate", "article_date_original",
    "datecreated", "article:create_at", "release_date", "article:published:time",
)  # fmt: skip
MODIFIED = (
    "article:modified_time", "datemodified", "og:updated_time", "lastmod", "last-modified", "dcterms.modified",
    "dc.date.modified", "cxenseparse:modified_time", "http://ogp.me/ns/article#modified_time",
    "og:article:modified_time", "article.updated", "revised", "article:modified", "lastupdate", "updated_time",
    "article_updatetime", "article:modified:time",
)  # fmt: skip

OF_THE_FILE = ("datecreated", "date", "dc.date", "dc.date.created", "dcterms.created")  # a printed date says more
NAMED_LETTERS, WEAKLY_NAMED_LETTERS, BARE_LETTERS = 90, 45, 24
MOST_VALUES = 2  # of one meta: a page with more lists other articles
LONGEST = 220  # characters of a date line
_METADATA_CLASS = re.compile(r"meta|info|byline|detail", re.I)
_LEAD_CLASS = re.compile(r"sapo|summary|desc|\blead\b|intro|chapeau", re.I)
_DATE_CLASS = re.compile(
    r"dat(?:e|um|a\b)|time|publish|pub|ngay|thoi-?gian|stamp|posted|created|tanggal|fecha|tarih", re.I
)
_ARTICLE_DATE_CLASS = re.compile(
    r"(?:post|article|detail|news|publish\w*|pub|entry|story|bai)[-_]?(?:time|date|ngay)|ngay[-_]?dang"
    r"|(?:time|date)[-_]?(?:post|publish|detail|display)",
    re.I,
)
_MAX_NAMED = 40
_DATED_ATTRIBUTE = re.compile(
    r"data-(?!.*(?:re-|updat|modif|chang))(?:[\w-]+-)?(?:publish\w*|publication|pub|deploy|post)[-_]?(?:date|dt|time|at)(?:time)?"
)
_UPDATE_WORDS = re.compile(
    r"updat|aktualisier|cập nhật|mis(?:e)? à jour|modifi|actualiz|atualiz|aggiorna|bijgewerkt|gewijzigd|oppdater"
    r"|uppdater|opdater|обновл|оновл|güncel|更新|diperbarui|zuletzt|stand:|edited|last changed",
    re.I,
)
_IMPRINT_WORDS = re.compile(r"giấy phép|gp-|licen[cs]e|©|copyright|issn|bản quyền", re.I)
_DATE_AND_TIME_FIRST = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\s?[,|–-]?\s?\d{1,2}[:h]\d\d\s?[|•·–-]")
_DAY_IN_URL = re.compile(r"/((?:19|20)\d\d)/(\d\d?)/(\d\d?)/[^/?#]+")
_CLOCK = re.compile(r"\d\d?[:hg.]\d\d(?:\s?[ap]\.?m\.?)?", re.I)
_NEAREST_CLOCK, _LONGEST_CLOCK = 12, 10  # elements, characters
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
_DAY_WORDS = re.compile(r"(?:thứ|chủ nhật|ngày|tháng|năm|gmt|utc|uhr|am|pm)\b", re.I)


@dataclass(frozen=True, slots=True)
class DateClaim:
    """A stamp with its source and its element, if any."""

    origin: str
    stamp: Stamp
    element: HtmlElement | None = None


def declared_claims(declared: Declared, members: tuple[str, ...], metas: tuple[str, ...]) -> list[DateClaim]:
    """The stamps of JSON-LD and metas, in order of trust."""
    texts = [("json-ld", text) for _, text in declared.value(*members)]
    for name in metas:
        values = declared.page.metas.get(name, ())
        if len(set(values[:9])) <= MOST_VALUES:
            texts += [(name, value) for value in values[:MOST_VALUES]]
    return [DateClaim(origin, stamp) for origin, text in texts if (stamp := machine(text))]


def shown_claims(positions: Iterable[Position]) -> list[tuple[DateClaim, bool]]:
    """The dates beside the headline, each with whether it is a modification date.

    Of nested elements only the innermost counts, but a <time> with its moment counts whole. Three or more different
    moments in elements of the same markup are a list of other articles.
    """
    entries = [(position, *dated) for position in positions if (dated := _read_position(position))]
    whole = {position.element for position, claim, _ in entries if claim.origin == "time" and claim.stamp.has_time}
    entries = [entry for entry in entries if whole.isdisjoint(entry[0].element.iterancestors())]
    entries = [entry for entry in entries if not _is_in_sentence(entry[0].element)]
    ancestors = {ancestor for position, _, _ in entries for ancestor in islice(position.element.iterancestors(), 8)}
    entries = [entry for entry in entries if entry[0].element not in ancestors]
    moments: dict[tuple[str, ...], set[datetime]] = {}
    for position, claim, _ in entries:
        moments.setdefault(_markup_key(position), set()).add(_wall_time(claim.stamp))
    return [(claim, update) for position, claim, update in entries if len(moments[_markup_key(position)]) < 3]


def _is_in_sentence(element: HtmlElement) -> bool:
    return element.tag not in ("p", "div", "td", "li") and is_running(element.getparent())


def _markup_key(position: Position) -> tuple[str, ...]:
    parent = position.element.getparent()
    return str(position.element.tag), position.label, str(parent.tag if parent is not None else ""), label(parent)


def ruled_claim(find: RuleMatch) -> DateClaim | None:
    """The stamp in the match of a rule: read like a date line, else from its text."""
    if find.element is not None and (dated := _read_position(Position(find.element, label(find.element)))):
        return replace(dated[0], origin=find.rule)
    stamp = machine(find.text) or visible(find.text)
    return DateClaim(find.rule, stamp, find.element) if stamp else None


def change(modified: DateClaim | None, published: DateClaim | None) -> DateClaim | None:
    """The modification date, unless it is only the publication day without a time."""
    if modified is None or published is None or modified.stamp.has_time:
        return modified
    return None if _wall_time(modified.stamp).date() == _wall_time(published.stamp).date() else modified


def most_precise(claims: list[DateClaim], more: list[DateClaim]) -> DateClaim | None:
    """The first claim, replaced by another of the same day or moment if it has no time of day or no zone."""
    anchor = next(iter(claims), None)
    if anchor is None or not anchor.stamp.has_time or anchor.stamp.when.tzinfo is None:
        claims = [*claims, *more]
        anchor = next(iter(claims), None)
    if anchor is None:
        return None
    if not anchor.stamp.has_time:
        anchor = next((claim for claim in claims if _adds_time(claim.stamp, anchor.stamp)), anchor)
    if anchor.stamp.when.tzinfo is None:
        anchor = next((claim for claim in claims if _is_same_moment(claim.stamp, anchor.stamp)), anchor)
    return anchor


def only_article_date(root: HtmlElement) -> list[DateClaim]:
    """The one date in elements with an article date class anywhere on the page, else in data attributes named after a
    publication; none if they differ."""
    named = (node for node in root.iter("span", "div", "p", "time", "td") if _ARTICLE_DATE_CLASS.search(label(node)))
    claims = [dated[0] for item in islice(named, _MAX_NAMED) if (dated := _read_position(Position(item, label(item))))]
    claims = claims or [
        DateClaim(name, stamp)
        for element in root.iter("*")
        for name, value in element.items()
        if name.startswith("data-") and _DATED_ATTRIBUTE.fullmatch(name) and (stamp := machine(value))
    ]
    return claims[:1] if len({claim.stamp.when for claim in claims}) == 1 else []


def date_of_url(url: str, positions: Iterable[Position]) -> list[DateClaim]:
    """The day that an article's address has in its path, with the one time of day printed beside the headline."""
    match = _DAY_IN_URL.search(url)
    stamp = machine("-".join(match.groups())) if match else None
    if stamp is None:
        return []
    clocks = {text for position in islice(positions, _NEAREST_CLOCK) if (text := _clock_in(position))}
    timed = visible(f"{stamp.raw} {min(clocks)}") if len(clocks) == 1 else None
    return [DateClaim("url", timed if timed and timed.has_time else stamp)]


def _clock_in(position: Position) -> str:
    text = text_of(position.element, _LONGEST_CLOCK + 1)
    is_named = position.element.tag == "time" or _DATE_CLASS.search(position.label)
    return text if is_named and _CLOCK.fullmatch(text) else ""


def by_agreement(declared: list[DateClaim], changed: list[DateClaim], shown: list[DateClaim]) -> list[DateClaim]:
    """The declared claims, the first corrected.

    Of two with one wall time and different zones the likelier counts, in a zone that the changes have too. A time in
    UTC with the newsroom's offset becomes the local time that the page shows.
    """
    first = next(iter(declared), None)
    if first is None or not first.stamp.has_time or first.stamp.when.tzinfo is None:
        return declared
    timed = [claim for claim in shown if claim.stamp.has_time and claim.stamp.when.tzinfo]
    changes = [claim.stamp.when for claim in changed if claim.stamp.when.tzinfo]
    if timed and changes and max(changes) < first.stamp.when.replace(second=0):
        return [*timed, *declared]  # published after its last change: some systems write the two the wrong way round
    walls = {_wall_time(claim.stamp) for claim in shown if claim.stamp.has_time}
    offset = first.stamp.when.utcoffset() or timedelta(0)
    local = (_wall_time(first.stamp) + offset).replace(second=0)
    if offset and local in walls and _wall_time(first.stamp).replace(second=0) not in walls:
        when = local.replace(tzinfo=first.stamp.when.tzinfo)
        return [replace(first, stamp=replace(first.stamp, when=when)), *declared]
    rivals = [claim for claim in declared if _differs_in_zone(claim.stamp, first.stamp)]
    is_local = _wall_time(first.stamp).replace(second=0) in walls
    zones = {claim.stamp.when.utcoffset() for claim in changed} - {timedelta(0)}

    def doubt(claim: DateClaim) -> tuple[bool, bool, int]:
        when = claim.stamp.when
        same_moment = any(
            other.stamp.when == when for other in declared if _wall_time(other.stamp) != _wall_time(claim.stamp)
        )
        return not same_moment, when.utcoffset() not in zones, _doubt_of_zone(claim.stamp, is_local)

    best = min([first, *rivals], key=doubt)
    return declared if best is first else [best, *declared]


def _differs_in_zone(stamp: Stamp, first: Stamp) -> bool:
    """Whether a stamp has the wall time of another, to two minutes, and another zone."""
    if not stamp.has_time or stamp.when.tzinfo is None or stamp.when.utcoffset() == first.when.utcoffset():
        return False
    return abs(_wall_time(stamp) - _wall_time(first)) <= timedelta(minutes=2)


def _doubt_of_zone(stamp: Stamp, is_local: bool) -> int:
    """A page's systems write `Z` behind local time, and the newsroom's offset behind UTC; `+00:00` is meant unless the
    page shows the same time."""
    if stamp.raw.endswith("Z"):
        return 2
    return int(bool(stamp.when.utcoffset()) != is_local)


def without_false_utc(claim: DateClaim | None, shown: list[DateClaim]) -> DateClaim | None:
    """The claim, or the shown time if both have the same wall time and the claim is UTC: some systems write `Z` behind
    local time."""
    if claim is None or claim.stamp.when.utcoffset() != timedelta(0):
        return claim
    same = (
        candidate
        for candidate in shown
        if candidate.stamp.has_time
        and candidate.stamp.when.tzinfo is None
        and _wall_time(candidate.stamp) == _wall_time(claim.stamp).replace(second=0)
    )
    return next(same, claim)


def offset_of(claims: Iterable[DateClaim]) -> tzinfo | None:
    """The only UTC offset among the page's stamps; UTC itself does not reveal the newsroom's time zone."""
    offsets = {claim.stamp.when.utcoffset() for claim in claims} - {None, timedelta(0)}
    return timezone(next(offset for offset in offsets if offset)) if len(offsets) == 1 else None


def agree(claim: DateClaim, published: DateClaim | None) -> bool:
    """Whether two claims name the same minute, or one of them the day of the other."""
    if published is None:
        return False
    one, other = _wall_time(claim.stamp), _wall_time(published.stamp)
    if claim.stamp.has_time and published.stamp.has_time:
        moments = [stamp.when for stamp in (claim.stamp, published.stamp) if stamp.when.tzinfo]
        return abs(one - other) < timedelta(minutes=2) or (len(moments) == 2 and moments[0] == moments[1])
    return one.date() == other.date() and not published.stamp.has_time


def _adds_time(stamp: Stamp, day: Stamp) -> bool:
    return stamp.has_time and _wall_time(stamp).date() == _wall_time(day).date()


def _is_same_moment(stamp: Stamp, naive: Stamp) -> bool:
    """Whether an aware stamp can be the same moment as a naive one, in some time zone."""
    if stamp.when.tzinfo is None or not stamp.has_time:
        return False
    offset = naive.when - stamp.when.astimezone(UTC).replace(tzinfo=None)
    quarters = offset / timedelta(minutes=15)
    return abs(offset) <= timedelta(hours=14) and abs(quarters - round(quarters)) * 15 < 1


def _wall_time(stamp: Stamp) -> datetime:
    return stamp.when.replace(tzinfo=None)


def _read_position(position: Position) -> tuple[DateClaim, bool] | None:
    """The date in a date line, and whether it is a modification date."""
    element, name = position.element, position.label
    content = element.get("content") if "datePublished" in name or "dateModified" in name else ""
    attribute = element.get("datetime") or content
    if attribute and (stamp := machine(attribute)) and (stamp.has_time or not len(element)):
        text = text_of(element, LONGEST)
        stamp = _with_time(element, _with_printed_zone(stamp, text))
        return DateClaim("time", stamp, element), _is_update(name, text)
    max_letters = NAMED_LETTERS if element.tag == "time" else _max_other_letters(name)
    if max_letters == 0 or (max_letters == BARE_LETTERS and not _has_digit(element)):
        return None
    text = text_of(element, LONGEST + 1)
    max_letters = NAMED_LETTERS if _DATE_AND_TIME_FIRST.match(text) else max_letters
    is_caption = element.find(".//figcaption") is not None
    stamp = visible(text) if _may_be_date(text, max_letters) and not is_caption else None
    return (DateClaim("shown", _with_time(element, stamp), element), _is_update(name, text)) if stamp else None


def _with_printed_zone(stamp: Stamp, text: str) -> Stamp:
    """The stamp, or the printed one where it is local time declared as UTC: `4:08 pm EST` is not 16:08Z."""
    if stamp.when.utcoffset() != timedelta(0):
        return stamp
    printed = visible(text)
    zone = printed.when.tzinfo if printed else None
    is_local = printed is not None and _wall_time(printed) == _wall_time(stamp).replace(second=0)
    return replace(stamp, when=stamp.when.replace(tzinfo=zone)) if zone and is_local else stamp


@lru_cache(maxsize=8192)
def _max_other_letters(name: str) -> int:
    """How many letters of other words an element may hold beside its date, by its label."""
    if _DATE_CLASS.search(name):
        return NAMED_LETTERS
    if _LEAD_CLASS.search(name):
        return 0
    return WEAKLY_NAMED_LETTERS if _METADATA_CLASS.search(name) else BARE_LETTERS


def _may_be_date(text: str, max_letters: int) -> bool:
    if not 6 <= len(text) <= LONGEST or not _DIGIT.search(text) or _IMPRINT_WORDS.search(text):
        return False
    return sum(map(len, _WORD.findall(_DAY_WORDS.sub("", text)))) <= max_letters


def _has_digit(element: HtmlElement) -> bool:
    """Whether an element's direct text has a digit: rules out most elements cheaply."""
    if element.text and _DIGIT.search(element.text, 0, LONGEST):
        return True
    return any(child.tail and _DIGIT.search(child.tail, 0, LONGEST) for child in islice(element, 4))


def _with_time(element: HtmlElement, stamp: Stamp) -> Stamp:
    """The stamp with the time of day from a sibling element."""
    parent = element.getparent()
    if stamp.has_time or parent is None:
        return stamp
    text = " ".join(" ".join(islice(parent.itertext(), 20)).split())
    parent_stamp = visible(text) if len(text) <= LONGEST else None
    return parent_stamp if parent_stamp and _adds_time(parent_stamp, stamp) else stamp


def _is_update(name: str, text: str) -> bool:
    """Whether the words before the first digit, or the label, mean a modification."""
    introduction = re.match(r"\D*", text)
    introductory_words = introduction.group() if introduction else ""
    return bool(_UPDATE_WORDS.search(introductory_words)) or (
        "ublish" not in name and bool(re.search(r"dateModified|updated|modified", name))
    )
