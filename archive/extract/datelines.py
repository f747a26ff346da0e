"""When an article was published and changed, from what the page declares and what it shows beside the headline."""

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
from archive.extract.element_text import text_of
from archive.extract.rule_matches import Find
from archive.extract.surroundings import Position, label

PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "pubdate", "publishdate", "publish-date",
    "publish_date", "published_time", "og:published_time", "dc.date.issued", "dcterms.issued", "dcterms.created",
    "dc.date.created", "dc.date", "date", "parsely-pub-date", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "sailthru.date", "published_at", "published-date", "publication_date",
    "publication-date", "http://ogp.me/ns/article#published_time", "article.published", "bt:pubdate",
    "vr:published_time", "article:published", "pdate", "originalpublicationdate", "article_date_original",
    "datecreated", "article:create_at", "release_date",
)  # fmt: skip
MODIFIED = (
    "article:modified_time", "datemodified", "og:updated_time", "lastmod", "last-modified", "dcterms.modified",
    "dc.date.modified", "cxenseparse:modified_time", "http://ogp.me/ns/article#modified_time",
    "og:article:modified_time", "article.updated", "revised", "article:modified", "lastupdate", "updated_time",
    "article_updatetime",
)  # fmt: skip

NAMED_LETTERS, WEAKLY_NAMED_LETTERS, BARE_LETTERS = 90, 45, 24
MOST_VALUES = 2  # of one meta: more belong to a list of other articles
LONGEST = 220  # characters of an element that shows a date and little else
_WEAKLY_NAMED = re.compile(r"meta|info|byline|detail", re.I)
_LEAD = re.compile(r"sapo|summary|desc|\blead\b|intro|chapeau", re.I)
_NAMED = re.compile(r"dat(?:e|um|a\b)|time|publish|pub|ngay|thoi-?gian|stamp|posted|created|tanggal|fecha|tarih", re.I)
_OF_ARTICLE = re.compile(
    r"(?:post|article|detail|news|publish\w*|entry|story|bai)[-_]?(?:time|date|ngay)|ngay[-_]?dang"
    r"|(?:time|date)[-_]?(?:post|publish|detail)",
    re.I,
)
_MOST_NAMED = 40
_UPDATED = re.compile(
    r"updat|aktualisier|cập nhật|mis(?:e)? à jour|modifi|actualiz|atualiz|aggiorna|bijgewerkt|gewijzigd|oppdater"
    r"|uppdater|opdater|обновл|оновл|güncel|更新|diperbarui|zuletzt|stand:|edited|last changed",
    re.I,
)
_NEVER = re.compile(r"giấy phép|gp-|licen[cs]e|©|copyright|issn|bản quyền", re.I)
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
_DAY_WORDS = re.compile(r"(?:thứ|chủ nhật|ngày|tháng|năm|gmt|utc|uhr|am|pm)\b", re.I)


@dataclass(frozen=True, slots=True)
class Claim:
    """A stamp, the source that gave it, and the element that shows it, if any."""

    origin: str
    stamp: Stamp
    element: HtmlElement | None = None


def declared_claims(declared: Declared, members: tuple[str, ...], metas: tuple[str, ...]) -> list[Claim]:
    """The stamps of JSON-LD and metas, in order of trust."""
    texts = [("json-ld", text) for _, text in declared.value(*members)]
    for name in metas:
        values = declared.page.metas.get(name, ())
        if len(set(values[:9])) <= MOST_VALUES:
            texts += [(name, value) for value in values[:MOST_VALUES]]
    return [Claim(origin, stamp) for origin, text in texts if (stamp := machine(text))]


def shown_claims(spots: Iterable[Position]) -> list[tuple[Claim, bool]]:
    """The dates shown beside the headline, and whether each says that it is the date of a change.

    Of nested elements only the innermost counts. Elements alike that show three moments or more are a list of other
    articles.
    """
    found = [(spot, *read) for spot in spots if (read := _read_spot(spot))]
    outer = {ancestor for spot, _, _ in found for ancestor in islice(spot.element.iterancestors(), 8)}
    found = [entry for entry in found if entry[0].element not in outer]
    moments: dict[tuple[str, ...], set[datetime]] = {}
    for spot, claim, _ in found:
        moments.setdefault(_kind(spot), set()).add(_wall(claim.stamp))
    return [(claim, update) for spot, claim, update in found if len(moments[_kind(spot)]) < 3]


def _kind(spot: Position) -> tuple[str, ...]:
    parent = spot.element.getparent()
    return str(spot.element.tag), spot.label, str(parent.tag if parent is not None else ""), label(parent)


def ruled_claim(find: Find) -> Claim | None:
    """The stamp that a rule points at: in an element as beside a headline, else in its text."""
    if find.element is not None and (read := _read_spot(Position(find.element, label(find.element)))):
        return replace(read[0], origin=find.rule)
    stamp = machine(find.text) or visible(find.text)
    return Claim(find.rule, stamp, find.element) if stamp else None


def change(modified: Claim | None, published: Claim | None) -> Claim | None:
    """The claim of a change, unless it is but the day of publishing without a time."""
    if modified is None or published is None or modified.stamp.has_time:
        return modified
    return None if _wall(modified.stamp).date() == _wall(published.stamp).date() else modified


def settled(claims: list[Claim], more: list[Claim]) -> Claim | None:
    """The first claim, made exact by others of the same day: a time of day and a zone, where it has none."""
    anchor = next(iter(claims), None)
    if anchor is None or not anchor.stamp.has_time or anchor.stamp.when.tzinfo is None:
        claims = [*claims, *more]
        anchor = next(iter(claims), None)
    if anchor is None:
        return None
    if not anchor.stamp.has_time:
        anchor = next((claim for claim in claims if _refines(claim.stamp, anchor.stamp)), anchor)
    if anchor.stamp.when.tzinfo is None:
        anchor = next((claim for claim in claims if _zones(claim.stamp, anchor.stamp)), anchor)
    return anchor


def alone(root: HtmlElement) -> list[Claim]:
    """The one moment that elements named for an article's date show anywhere on the page; none where they differ."""
    named = (one for one in root.iter("span", "div", "p", "time", "td") if _OF_ARTICLE.search(label(one)))
    found = [read[0] for one in islice(named, _MOST_NAMED) if (read := _read_spot(Position(one, label(one))))]
    return found[:1] if len({claim.stamp.when for claim in found}) == 1 else []


def local(claim: Claim | None, shown: list[Claim]) -> Claim | None:
    """The claim, or the shown time where both say the same hour and the claim calls it UTC: a system that writes `Z`
    behind its own clock."""
    if claim is None or claim.stamp.when.utcoffset() != timedelta(0):
        return claim
    same = (
        one
        for one in shown
        if one.stamp.has_time
        and one.stamp.when.tzinfo is None
        and _wall(one.stamp) == _wall(claim.stamp).replace(second=0)
    )
    return next(same, claim)


def offset_of(claims: Iterable[Claim]) -> tzinfo | None:
    """The one offset from UTC that the page's stamps agree on; UTC itself says nothing about the newsroom's clock."""
    offsets = {claim.stamp.when.utcoffset() for claim in claims} - {None, timedelta(0)}
    return timezone(next(offset for offset in offsets if offset)) if len(offsets) == 1 else None


def _refines(stamp: Stamp, day: Stamp) -> bool:
    return stamp.has_time and _wall(stamp).date() == _wall(day).date()


def _zones(stamp: Stamp, naive: Stamp) -> bool:
    """Whether an aware stamp is the same moment as a naive one, on some clock of the earth."""
    if stamp.when.tzinfo is None or not stamp.has_time:
        return False
    ahead = naive.when - stamp.when.astimezone(UTC).replace(tzinfo=None)
    quarters = ahead / timedelta(minutes=15)
    return abs(ahead) <= timedelta(hours=14) and abs(quarters - round(quarters)) * 15 < 1


def _wall(stamp: Stamp) -> datetime:
    return stamp.when.replace(tzinfo=None)


def _read_spot(spot: Position) -> tuple[Claim, bool] | None:
    """The date that an element is there to show, and whether it is that of a change."""
    element, name = spot.element, spot.label
    declared = element.get("content") if "datePublished" in name or "dateModified" in name else ""
    attribute = element.get("datetime") or declared
    if attribute and (stamp := machine(attribute)) and (stamp.has_time or not len(element)):
        return Claim("time", _with_time(element, stamp), element), _is_update(name, text_of(element, LONGEST))
    room = NAMED_LETTERS if element.tag == "time" else _letters_beside(name)
    if room == 0 or (room == BARE_LETTERS and not _has_digit(element)):
        return None
    text = text_of(element, LONGEST + 1)
    stamp = visible(text) if _may_be_date(text, room) else None
    return (Claim("shown", _with_time(element, stamp), element), _is_update(name, text)) if stamp else None


@lru_cache(maxsize=8192)
def _letters_beside(name: str) -> int:
    """How many letters of other words an element may show beside its date, by what the markup calls it."""
    if _NAMED.search(name):
        return NAMED_LETTERS
    if _LEAD.search(name):
        return 0
    return WEAKLY_NAMED_LETTERS if _WEAKLY_NAMED.search(name) else BARE_LETTERS


def _may_be_date(text: str, room: int) -> bool:
    if not 6 <= len(text) <= LONGEST or not _DIGIT.search(text) or _NEVER.search(text):
        return False
    return sum(map(len, _WORD.findall(_DAY_WORDS.sub("", text)))) <= room


def _has_digit(element: HtmlElement) -> bool:
    """Whether a digit stands directly in an element: enough to rule out most elements without reading them whole."""
    if element.text and _DIGIT.search(element.text, 0, LONGEST):
        return True
    return any(child.tail and _DIGIT.search(child.tail, 0, LONGEST) for child in islice(element, 4))


def _with_time(element: HtmlElement, stamp: Stamp) -> Stamp:
    """The stamp with the time of day that stands beside the day in an element of its own."""
    parent = element.getparent()
    if stamp.has_time or parent is None:
        return stamp
    text = " ".join(" ".join(islice(parent.itertext(), 20)).split())
    beside = visible(text) if len(text) <= LONGEST else None
    return beside if beside and _refines(beside, stamp) else stamp


def _is_update(name: str, text: str) -> bool:
    """Whether the words before the first digit, or the markup, speak of a change."""
    introduction = re.match(r"\D*", text)
    said = introduction.group() if introduction else ""
    return bool(_UPDATED.search(said)) or (
        "ublish" not in name and bool(re.search(r"dateModified|updated|modified", name))
    )
