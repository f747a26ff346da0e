"""Extracts the metadata of an article: headline, dates, authors, section, tags, language, canonical URL."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import islice
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from lxml import html

from archive.extract import authorship, date_claims, sections, signatures
from archive.extract.authorship import Byline
from archive.extract.bylines import (
    authors_of,
    is_agency,
    is_department,
    is_house,
    is_other_site,
    is_vendor,
    is_word,
    outlet_key,
    unique,
)
from archive.extract.date_claims import DateClaim
from archive.extract.declared import Declared
from archive.extract.elements import positions_around, shows_word, text_of
from archive.extract.headlines import Headline, agree, completed, most_declared, shown_headline, without_page_number
from archive.extract.own_rules import Field, RuleMatch, rule_matches
from archive.extract.parsed_page import Page
from archive.model.urls import host_of
from archive.rules import phrases
from archive.rules.months import observes, zone_of_host, zone_of_language
from archive.rules.xpath_rules import Rules
from archive.text.folding import folded

_MOST_ACCOUNTS = 4  # of one byline: each is looked for on the whole page
LONGEST_KICKER = 80  # characters
_LONGEST_SLUG = 400  # characters
_SLUG = re.compile(r"/((?:[^\W_]+-){4,}?[^\W_]+?)(?:[-_.,]*[a-z]{0,3}\d{4,})?(?:\.\w{2,5})?/?(?:[?#].*)?$")
_KICKER = re.compile(
    r"kicker|top-?line|over-?line|dachzeile|spitzmarke|eyebrow|sur-?title|super-?title|antetitulo", re.I
)


@dataclass(frozen=True, slots=True)
class Votes:
    """How many of the page's declarations and printed lines agree with a field, and how many differ."""

    headline: int = 0
    authors: int = 0
    published: int = 0
    other_headlines: int = 0
    other_authors: int = 0
    other_times: int = 0


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of an article. `used` are elements that hold metadata and no body text (a byline paragraph, a date
    line): the body extractor drops them. Origins as in Reading. house: keys of the outlet's names."""

    headline: str | None = None
    kicker: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_at_raw: str | None = None
    modified_at: datetime | None = None
    modified_at_raw: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    canonical_url: str | None = None
    used: tuple[html.HtmlElement, ...] = ()
    origins: tuple[tuple[str, str], ...] = ()
    house: frozenset[str] = frozenset()
    votes: Votes = Votes()


def read_metadata(page: Page, rules: tuple[Rules, ...], timezone: str | None = None) -> Metadata:
    """The metadata of a page; rules are tried in order before the page's own declarations.

    timezone: the IANA name of the outlet's time zone, for stamps without one. For an unknown outlet, Vietnamese pages
    use Hanoi's time, others that of their country domain; failing that UTC, which `origins` then notes.
    """
    return _MetadataExtractor(Declared(page), rules, timezone).read()


class _MetadataExtractor:
    """Extracts one page: every field from the first source that has it, and records that source in `origins`."""

    def __init__(self, declared: Declared, rules: tuple[Rules, ...], timezone: str | None) -> None:
        self.declared, self.page, self.rules, self.timezone = declared, declared.page, rules, timezone
        self.origins: list[tuple[str, str]] = []
        self.used: list[html.HtmlElement] = []
        self.offset: tzinfo | None = None
        self.votes = Votes()
        self.language = self._language()
        self.headline = self._headline()
        words = self.headline.text if self.headline else ""
        self.vietnamese = self.language == "vi" or sections.is_vietnamese(words, host_of(self.page.url))
        heading = self.headline.element if self.headline else None
        self.surroundings = positions_around(heading) if heading is not None else []
        self.shown = date_claims.shown_claims(self.surroundings)
        if not self.shown and self.headline and self.headline.first is not None:
            self.shown = date_claims.shown_claims(positions_around(self.headline.first))

    def read(self) -> Metadata:
        byline, authors = self._authorship()
        published, modified = self._dates()
        headline = self.headline
        section = self._section()
        tags = self._tags()
        return Metadata(
            headline=headline.text if headline else None,
            kicker=self._kicker(),
            byline=byline,
            authors=authors,
            published_at=self._moment(published, "published_at"),
            published_at_raw=published.stamp.raw if published else None,
            modified_at=self._moment(modified, "modified_at"),
            modified_at_raw=modified.stamp.raw if modified else None,
            section=section,
            tags=tags,
            language=self.language,
            canonical_url=self._canonical(),
            used=tuple(dict.fromkeys(self.used)),
            origins=tuple(sorted(self.origins)),
            house=self.declared.house,
            votes=self.votes,
        )

    def _headline(self) -> Headline | None:
        for rule_match in self._finds("headline")[:1]:
            self.origins.append(("headline", rule_match.rule))
            return Headline(rule_match.text, rule_match.rule, rule_match.element)
        declared = [("json-ld", folded(text)) for _, text in self.declared.value("headline")][:3]
        titles = [*declared, *self.declared.titles, ("title", self.declared.title)]
        titles = [(origin, text) for origin, text in titles if text]
        main = [text for origin, text in titles if origin in ("json-ld", "og:title")]
        main += [slug] if (slug := _slug(self.page.url)) else []
        other = [text for origin, text in titles if origin not in ("json-ld", "og:title")]
        headline = shown_headline(self.page.root, main, other, self._is_house) or most_declared(titles, self._is_house)
        if headline:
            headline = without_page_number(completed(headline, titles))
            self.origins.append(("headline", headline.origin))
            same = sum(agree(headline.text, text) for _, text in titles)
            self.votes = replace(self.votes, headline=same, other_headlines=len(titles) - same)
        return headline

    def _kicker(self) -> str | None:
        """The kicker inside the headline's element, or in its own element above."""
        if self.headline and self.headline.kicker:
            return None if phrases.RELATED.match(self.headline.kicker) else self.headline.kicker
        above = (position for position in self.surroundings if not position.behind and _KICKER.search(position.label))
        texts = (text_of(position.element, LONGEST_KICKER + 1) for position in islice(above, 4))
        return next(
            (text for text in texts if 0 < len(text) <= LONGEST_KICKER and not phrases.RELATED.match(text)), None
        )

    def _is_house(self, text: str) -> bool:
        return outlet_key(text) in self.declared.house

    def _authorship(self) -> tuple[str | None, tuple[str, ...]]:
        """The byline as printed and its authors: persons, else an agency, else the outlet."""
        house = self.declared.house
        declared = map(self._without_accounts, authorship.declared_bylines(self.declared))
        bylines = [*self._ruled_bylines(), *declared]
        shown = authorship.shown_byline(self.surroundings)
        signed = signatures.signature(self.page.root, self.vietnamese, house)
        placed = None if shown or signed else self._placed_byline()
        bylines += [byline for byline in (shown, signed, placed) if byline]
        bylines = [authorship.without_sections(byline, self.page.url) for byline in bylines]
        if self.vietnamese:
            bylines = [authorship.without_source(byline) for byline in bylines]
        first = next((byline for byline in bylines if authorship.persons(byline, house)), None)
        for printed in (shown, signed if self.vietnamese or self.declared.by_account else None, placed):
            if printed and first and authorship.shows_other_persons(printed, first, house):
                bylines.insert(0, printed)
                break
        authors = self._persons(bylines) or self._impersonal(bylines)
        same = sum(set(authorship.persons(byline, house)) == set(authors) for byline in bylines)
        self.votes = replace(self.votes, authors=same, other_authors=len(bylines) - same)
        line, elements = authorship.line_of(bylines, authors, self.surroundings)
        self.used += [element for byline in bylines if authorship.shows(byline, authors) for element in byline.elements]
        self.used += elements
        return line or None, authors

    def _without_accounts(self, byline: Byline) -> Byline:
        """A declared byline without words that the page does not show: who entered an article, `redaktor`, `GNB`."""
        words = [name for name in byline.names if is_word(name) and not self._is_house(name)]
        hidden = {name for name in words[:_MOST_ACCOUNTS] if not (is_agency(name) or shows_word(self.page.root, name))}
        return replace(byline, names=tuple(name for name in byline.names if name not in hidden))

    def _placed_byline(self) -> Byline | None:
        placed = signatures.placed_byline(self.surroundings) if self.vietnamese else None
        dates = {claim.element for claim, _ in self.shown if claim.element is not None}
        return placed or signatures.byline_by_date(self.surroundings, dates, self.page.root)

    def _persons(self, bylines: list[Byline]) -> tuple[str, ...]:
        for byline in bylines:
            names = authorship.persons(byline, self.declared.house)
            if names and not byline.elements:
                names = authorship.completed(names, self.page.root)
            if names:
                self.origins.append(("authors", byline.origin))
                return names if self.vietnamese else authorship.with_agencies(byline, names)
        pen_name = signatures.pen_name(self.surroundings, self.declared.house)
        for find in (signatures.labelled_byline, signatures.linked_byline, signatures.initials):
            pen_name = pen_name or find(self.page.root)
        if pen_name:
            bylines.append(pen_name)
            self.origins.append(("authors", pen_name.origin))
        return pen_name.names if pen_name else ()

    def _impersonal(self, bylines: list[Byline]) -> tuple[str, ...]:
        house = self.declared.house
        for byline in bylines:
            names = tuple(name for name in byline.names if not (is_house(name, house) or is_department(name)))
            if names:
                self.origins.append(("authors", byline.origin))
                return names
        for byline in bylines:
            names = tuple(name for name in byline.names if not is_vendor(name))
            names = tuple(name for name in names if not is_other_site(name, house))
            if names and not self.vietnamese and byline.origin in ("json-ld", "byline"):
                self.origins.append(("authors", f"{byline.origin}, house"))
                return names
        return ()

    def _ruled_bylines(self) -> list[Byline]:
        matches = self._finds("byline")
        if not matches:
            return []
        lines = list(dict.fromkeys(rule_match.text for rule_match in matches))
        names = unique(name for line in lines for name in authors_of(line))
        elements = tuple(rule_match.element for rule_match in matches if rule_match.element is not None)
        return [Byline(matches[0].rule, "; ".join(lines), names, elements)]

    def _dates(self) -> tuple[DateClaim | None, DateClaim | None]:
        declared = date_claims.declared_claims(self.declared, ("datePublished",), date_claims.PUBLISHED)
        changed = date_claims.declared_claims(self.declared, ("dateModified",), date_claims.MODIFIED)
        ruled = [claim for rule_match in self._finds("published")[:4] if (claim := date_claims.ruled_claim(rule_match))]
        # a rule may also match the dates of other stories
        ruled.sort(key=lambda claim: not any(date_claims.agree(other, claim) for other in declared))
        shown = [claim for claim, updated in self.shown if not updated]
        updates = [claim for claim, updated in self.shown if updated]
        if self.vietnamese and not shown:  # "Cập nhật" (updated) above a Vietnamese article is its publication date
            shown, updates = updates, []
        if not shown and not any(claim.stamp.has_time for claim in (*ruled, *declared)):
            shown = date_claims.only_article_date(self.page.root)
        if not (shown or updates or ruled or declared):
            shown = date_claims.date_of_url(self.page.url, self.surroundings)
        declared = date_claims.by_agreement(declared, changed, shown)
        if declared and declared[0].origin in date_claims.OF_THE_FILE and shown:
            declared = [*shown, *declared]
        published = date_claims.most_precise([*ruled, *declared], shown)
        published = date_claims.without_false_utc(published, shown) if self.vietnamese else published
        same = sum(date_claims.agree(claim, published) for claim in (*declared, *shown))
        self.votes = replace(self.votes, published=same, other_times=len(declared) + len(shown) - same)
        modified = date_claims.change(date_claims.most_precise(changed, updates), published)
        self.used += [claim.element for claim in (*ruled, *shown, *updates) if claim.element is not None]
        self.offset = date_claims.offset_of([*declared, *changed, *shown, *updates])
        return published, modified

    def _moment(self, claim: DateClaim | None, field: str) -> datetime | None:
        if claim is None:
            return None
        zone, assumed = self._zone()
        note = ", zone assumed" if assumed and claim.stamp.when.tzinfo is None else ""
        self.origins.append((field, claim.origin + note))
        return claim.stamp.within(zone)

    def _zone(self) -> tuple[tzinfo, bool]:
        """The time zone for stamps without one, and whether it is only assumed."""
        country_zone = zone_of_host(host_of(self.page.url))
        if self.offset:
            return (country_zone if country_zone and observes(country_zone, self.offset) else self.offset), False
        if self.timezone or self.vietnamese:
            return ZoneInfo(self.timezone or "Asia/Ho_Chi_Minh"), False
        spoken = zone_of_language(self.language, self.headline.text if self.headline else "")
        return (country_zone, False) if country_zone else (spoken or UTC, True)

    def _language(self) -> str | None:
        root, metas = self.page.root, self.page.metas
        declared = [root.get("lang") or "", root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""]
        declared += [
            value for name in ("og:locale", "language", "dc.language", "inlanguage") for value in metas.get(name, ())
        ]
        return sections.language_of(declared + metas.get("content-language", []))

    def _section(self) -> str | None:
        for rule_match in self._finds("section")[:1]:
            self.origins.append(("section", rule_match.rule))
            return rule_match.text
        section_and_origin = sections.section_of(
            self.declared, self.surroundings, self.headline.text if self.headline else ""
        )
        if section_and_origin:
            self.origins.append(("section", section_and_origin[1]))
        return section_and_origin[0] if section_and_origin else None

    def _tags(self) -> tuple[str, ...]:
        ruled = self._finds("tags")
        tags, origin = sections.tags_of(rule_match.text for rule_match in ruled), ruled[0].rule if ruled else ""
        if not tags:
            tags, origin = sections.declared_tags(self.declared)
        if not tags:
            tags, origin = sections.shown_tags(self.page.root), "shown"
        if tags:
            self.origins.append(("tags", origin))
        return tags

    def _finds(self, field: Field) -> list[RuleMatch]:
        return rule_matches(self.rules, field, self.page.root)

    def _canonical(self) -> str | None:
        for link in self.page.by_tag["link"]:
            if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
                return sections.canonical_of(link.get("href") or "", self.page.url)
        return None


def _slug(url: str) -> str:
    """The words of a headline in the last part of an address; '' if there are only few."""
    match = _SLUG.search(unquote(url[-_LONGEST_SLUG:]))
    return match[1].replace("-", " ") if match else ""
