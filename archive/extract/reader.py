"""Extracts one page: bytes or text in, a Reading or an Unreadable out. Drops invalid claims of a page; the text they
were read from stays beside them. Locates the fields of a reading in its page, for authors of extraction rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import urlsplit

from lxml import html

from archive.extract import charset, datelines, page_kinds
from archive.extract.body import Body, read_body
from archive.extract.extractor_identity import extractor_name
from archive.extract.likelihood import confidence_of, likelihood_of_a_list
from archive.extract.metadata import Metadata, read_metadata
from archive.extract.own_rules import own_rules
from archive.extract.page_kinds import read_teasers
from archive.extract.parsed_page import parse
from archive.model.records import ReadableKind, Reading, Unreadable
from archive.model.validation import claimed_moment, or_none
from archive.model.validation import language as valid_language
from archive.rules import families_for, rules_for
from archive.rules.xpath_rules import Rules
from archive.text.folding import fold


def read_page(
    body: bytes | str,
    url: str,
    *,
    captured_at: datetime | None = None,
    outlet: str | None = None,
    encoding: str | None = None,
    timezone: str | None = None,
    trial: tuple[Rules, ...] = (),
) -> Reading | Unreadable:
    """Extracts one page; pure: the same page gives the same reading on every machine.

    body: the payload after content-decoding, or text already decoded. url: its final address. captured_at and
    outlet select the rules. encoding: the charset of the HTTP header. timezone: the IANA name of the
    outlet's time zone, for stamps without one. trial: rules not yet in the project, tried before the project's. Never
    raises for any body.
    """
    if isinstance(body, bytes) and charset.is_binary(body):
        return Unreadable("not-html", extractor=extractor_name())
    text, data = charset.cleaned(charset.decoded(body, encoding) if isinstance(body, bytes) else body)
    text, font = charset.converted(text)
    refusal = charset.refusal(text) or page_kinds.refused_source(text)
    if refusal:
        return replace(refusal, extractor=extractor_name())
    page = parse(text, _valid_url(url), None if font else data)
    if page is None:
        return Unreadable("empty", extractor=extractor_name())
    families = families_for(text, lambda: page.names)
    rules = trial + _rules_of(outlet, url, captured_at.date() if captured_at else None) + families
    notes = datelines.notes_beside(page)
    evidence = page_kinds.evidence_of(page)
    metadata = read_metadata(page, rules, timezone)
    extracted_body = read_body(page, rules, metadata)
    likelihood = likelihood_of_a_list(evidence, metadata, extracted_body)
    kind = page_kinds.classify_page(evidence, metadata, extracted_body, likelihood)
    if isinstance(kind, Unreadable):
        teasers = read_teasers(text, page.url) if kind.reason in ("home", "listing") else None
        return replace(kind, extractor=extractor_name(), teasers=teasers)
    named = ", ".join(f"{rule.name}/{rule.version}" for rule in rules)
    origins = tuple((key, value) for key, value in (("rules", named), ("letters", font)) if value)
    confidence = confidence_of(kind, metadata, extracted_body, likelihood)
    correction = datelines.correction_of((*(block.text for block in extracted_body.blocks), *notes))
    return replace(_reading(kind, metadata, extracted_body, origins), confidence=confidence, correction=correction)


def _rules_of(outlet: str | None, url: str, day: date | None) -> tuple[Rules, ...]:
    """The outlet's rules, in order: the user's own, then those that come with luubao (archive.rules)."""
    own = tuple(rule for rule in own_rules(outlet, url) if day is None or rule.holds_on(day))
    return own + rules_for(outlet, url, day)


def _valid_url(url: str) -> str:
    """The URL, or '' if it is invalid: relative links then stay unresolved."""
    try:
        urlsplit(url)
    except ValueError:
        return ""
    return url.encode("utf-8", "replace").decode()


def _reading(kind: ReadableKind, metadata: Metadata, body: Body, origins: tuple[tuple[str, str], ...]) -> Reading:
    return Reading(
        kind=kind,
        headline=metadata.headline or "",
        lead=body.lead,
        text="\n\n".join(block.text for block in body.blocks if block.text),
        blocks=body.blocks,
        images=body.images,
        kicker=metadata.kicker,
        dateline=body.dateline,
        byline=metadata.byline,
        authors=metadata.authors,
        published_at=metadata.published_at,
        published_at_raw=metadata.published_at_raw,
        modified_at=metadata.modified_at,
        modified_at_raw=metadata.modified_at_raw,
        section=metadata.section,
        tags=metadata.tags,
        language=metadata.language,
        canonical_url=metadata.canonical_url,
        origins=metadata.origins + body.origins + origins,
        flags=page_kinds.flags(metadata, body),
        extractor=extractor_name(),
    )


_INVISIBLE_TAGS = ("script", "style", "head", "title", "noscript")


def places(body: bytes, url: str, reading: Reading, encoding: str | None = None) -> dict[str, str]:
    """Field -> path of the element that holds it, as XPath; `meta[...]` or `json-ld` if the page only declares it.
    Omits fields joined from several places, and fields the page does not have."""
    page = parse(charset.decode(body, encoding), url)
    if page is None:
        return {}
    field_texts = {name: fold(text) for name, text in _texts(reading) if text and fold(text)}
    paths = {
        name: _visible_path(page.root, text) or _declaration(page.root, text) for name, text in field_texts.items()
    }
    return {name: path for name, path in paths.items() if path}


def _texts(reading: Reading) -> Iterator[tuple[str, str | None]]:
    yield "headline", reading.headline
    yield "kicker", reading.kicker
    yield "lead", reading.lead
    yield "dateline", reading.dateline
    yield "correction", reading.correction
    yield "byline", reading.byline
    yield "section", reading.section
    yield "published_at", reading.published_at_raw
    yield "modified_at", reading.modified_at_raw
    first_text = next((block.text for block in reading.blocks if block.text), None)
    yield "text", first_text
    for number, image in enumerate(reading.images, 1):
        yield f"caption {number}", image.caption_raw


def _visible_path(root: html.HtmlElement, text: str) -> str | None:
    """XPath of the innermost visible element with the text; the first of several."""
    element: html.HtmlElement | None = root
    deepest = None
    while element is not None:
        deepest = element
        children = (child for child in element if child.tag not in _INVISIBLE_TAGS)
        element = next((child for child in children if text in fold("".join(child.itertext()))), None)
    return None if deepest is root or deepest is None else str(root.getroottree().getpath(deepest))


def _declaration(root: html.HtmlElement, text: str) -> str | None:
    for meta in root.iter("meta"):
        if text in fold(meta.get("content") or ""):
            return f"meta[{meta.get('property') or meta.get('name') or meta.get('itemprop')}]"
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "") and text in fold(script.text or ""):
            return "json-ld"
    return None


def valid_reading(reading: Reading) -> Reading:
    """The reading, without times outside the calendar and without an invalid language tag."""
    published, modified = (or_none(claimed_moment, moment) for moment in (reading.published_at, reading.modified_at))
    language = or_none(valid_language, reading.language)
    if (published, modified, language) == (reading.published_at, reading.modified_at, reading.language):
        return reading
    return replace(reading, published_at=published, modified_at=modified, language=language)
