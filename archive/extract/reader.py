"""Extracts one page: bytes or text in, a Reading or an Unreadable out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from urllib.parse import urlsplit

from archive.extract import charset, datelines, page_kinds
from archive.extract.body import Body, read_body
from archive.extract.confidence import confidence_of
from archive.extract.extractor_identity import extractor_name
from archive.extract.list_score import likelihood_of_a_list
from archive.extract.metadata import Metadata, read_metadata
from archive.extract.own_rules import own_rules
from archive.extract.page_kinds import read_teasers
from archive.extract.parsed_page import parse
from archive.model.records import ReadableKind, Reading, Unreadable
from archive.rules import families_for, rules_for
from archive.rules.base import Rules


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
    seen = page_kinds.evidence(page)
    metadata = read_metadata(page, rules, timezone)
    extracted_body = read_body(page, rules, metadata)
    likelihood = likelihood_of_a_list(seen, metadata, extracted_body)
    kind = page_kinds.classify_page(seen, metadata, extracted_body, likelihood)
    if isinstance(kind, Unreadable):
        teasers = read_teasers(text, page.url) if kind.reason in ("home", "listing") else None
        return replace(kind, extractor=extractor_name(), teasers=teasers)
    origins = _rules_origin(rules) + ((("letters", font),) if font else ())
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


def _rules_origin(rules: tuple[Rules, ...]) -> tuple[tuple[str, str], ...]:
    return (("rules", ", ".join(f"{rule.name}/{rule.version}" for rule in rules)),) if rules else ()


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
