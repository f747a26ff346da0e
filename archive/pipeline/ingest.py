"""Ingests a page: keeps the capture, reads it, files the reading, queues its links and reschedules the page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from archive.console import log_of
from archive.frontier import article_probability, capacity, url_queue
from archive.frontier.change_signals import bring_forward, note_pictures, note_words
from archive.history.disappearances import NO_ARTICLE
from archive.model.errors import BadValue, LuubaoError
from archive.model.records import (
    Capture,
    CaptureOutcome,
    Filed,
    FilingOutcome,
    KeptCapture,
    Link,
    PageKind,
    PictureCapture,
    PictureOutcome,
    Reading,
    Run,
    Unreadable,
)  # fmt: skip
from archive.model.urls import same_site, url_key
from archive.pipeline.filing import FiledHistories
from archive.pipeline.history_filing import file_alone, file_or_report, file_urls, file_waiting
from archive.pipeline.page_reading import gave_up, try_to_read
from archive.runtime import signals
from archive.storage import connection, picture_fetches, reading_rows, version_texts
from archive.storage.captures import capture_writer, kept_captures
from archive.storage.captures.capture_writer import mark_for_rebuild
from archive.storage.captures.kept_captures import Source, article_at
from archive.storage.connection import Database
from archive.storage.histories import unchanged_check
from archive.text.recurring_blocks import Boilerplate

log = log_of(__name__)

_REASON = "a better reading"  # a crawl's captures are the newest: only new extractors change version numbers


@dataclass(frozen=True, slots=True)
class Arrival:
    """A capture that is committed. body_id: of the bytes it brought or confirmed; disappeared: how many known
    articles it showed to have disappeared."""

    outcome: CaptureOutcome
    source: Source
    body_id: int | None = None
    disappeared: int = 0


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an exchange brought, and, where it brought a page to read, what the reading became."""

    outcome: CaptureOutcome
    filed: Filed | None = None
    reading: Reading | Unreadable | None = None
    disappeared: int = 0


def ingest(db: Database, run: Run, capture: Capture) -> Ingested:
    """Keeps a capture, and, if it brought something new, reads and files it. A crawl takes the three steps separately,
    because it reads in other processes.

    Raises ArchiveUnusable when the archive cannot be written.
    """
    arrival = keep_capture(db, run, capture)
    if arrival.outcome != "fresh":
        return Ingested(arrival.outcome, disappeared=arrival.disappeared)
    boilerplate = version_texts.boilerplate_of(db, run.outlet_id)
    return file_reading(
        db, arrival.source, try_to_read(arrival.source, capture.body or b"", capture.encoding, boilerplate)
    )


def keep_capture(db: Database, run: Run, capture: Capture) -> Arrival:
    """Keeps a capture, and files what it says without being read. Only `fresh` captures need reading."""
    with connection.transaction(db):
        kept = capture_writer.keep(db, run, capture)
        return arrived(db, run, capture, kept)


def source_of_arrival(db: Database, run: Run, capture: Capture, kept: KeptCapture) -> Source:
    """The source of a kept capture, with all URLs known to redirect to it."""
    via = dict.fromkeys((*map(url_key, capture.via), *kept_captures.redirecting_here(db, run, capture.final_url)))
    return Source(kept.capture_id, run, kept.url_key, capture.final_url, capture.captured_at, tuple(via))


def arrived(db: Database, run: Run, capture: Capture, kept: KeptCapture) -> Arrival:
    """Files a kept capture as far as possible without reading it. Call inside a transaction."""
    source = source_of_arrival(db, run, capture, kept)
    disappeared = 0 if kept.outcome in ("fresh", "error") else _file_unread(db, source, kept)
    if kept.outcome in ("redirect", "gone"):  # the others are done when their links are noted: see discover
        url_queue.reschedule(db, run, kept.url_key, capture.captured_at, news=bool(disappeared))
    return Arrival(kept.outcome, source, kept.body_id, disappeared)


def _file_unread(db: Database, source: Source, kept: KeptCapture) -> int:
    """Returns how many known articles turned out to have disappeared."""
    run = source.run
    if kept.outcome in ("revisit", "not-modified") and unchanged_check.confirms(db, source) is not None:
        return 0
    keys = unchanged_check.concerns(db, run.outlet_id, (source.url_key, *source.via))
    if keys and kept.outcome == "redirect":  # its target is requested first: see note_redirect
        mark_for_rebuild(db, run.outlet_id, source.url_key)
        return 0
    return _count_disappeared(db, run, keys)


def _count_disappeared(db: Database, run: Run, keys: Sequence[str]) -> int:
    if not keys:
        return 0
    boilerplate = version_texts.boilerplate_of(db, run.outlet_id)
    filed = file_or_report(db, run, keys, boilerplate, {}, reason=_REASON, quiet_run=run.id)
    return filed.counts.disappeared if filed else 0


def note_redirect(db: Database, run: Run, via: Sequence[str], url: str, moment: datetime) -> int:
    """URLs redirect to one that has answered in this run already, and is not requested again because of them. Returns
    how many known articles turned out to have disappeared."""
    keys = unchanged_check.concerns(db, run.outlet_id, map(url_key, (*via, url)))
    return _count_disappeared(db, run, keys)


def _file_pending(
    db: Database, run: Run, keys: Sequence[str], known: dict[int, Reading | Unreadable]
) -> FiledHistories:
    boilerplate = version_texts.boilerplate_of(db, run.outlet_id)
    return file_urls(db, run, keys, boilerplate, known, reason=_REASON, quiet_run=run.id)


def file_reading(db: Database, source: Source, reading: Reading | Unreadable) -> Ingested:
    """Files the reading of a kept capture. While it was read, another URL may have come to redirect to it."""
    redirecting = kept_captures.redirecting_here(db, source.run, source.url)
    source = replace(source, via=tuple(dict.fromkeys((*source.via, *redirecting))))
    try:
        with connection.transaction(db):
            filed = _file(db, source, reading)
    except Exception as error:  # a capture that could not be filed counts as unreadable
        if isinstance(error, LuubaoError) and not isinstance(error, BadValue):
            raise  # the archive itself cannot be written: going on is useless
        log.exception("capture %s of %s could not be filed", source.capture_id, source.url)
        reading = replace(gave_up(error, Boilerplate()), extractor=reading.extractor)
        with connection.transaction(db):
            reading_rows.record_refusal(db, source.capture_id, reading, source.captured_at)
        filed = Filed("unreadable", article_at(db, source.run.outlet_id, source.url_key))
    return Ingested("fresh", filed, reading, filed.disappeared)


def _file(db: Database, source: Source, reading: Reading | Unreadable) -> Filed:
    run = source.run
    known = {source.capture_id: reading}
    if isinstance(reading, Unreadable):
        article_id = article_at(db, run.outlet_id, source.url_key)
        if unchanged_check.refuses(db, source, reading):
            return Filed("unreadable", article_id)
        via = source.via if reading.reason in NO_ARTICLE else ()
        keys = unchanged_check.concerns(db, run.outlet_id, (source.url_key, *via)) or [source.url_key]
        filed = _file_pending(db, run, keys, known)
        reading_rows.record_refusal(db, source.capture_id, reading, source.captured_at)
        return Filed("unreadable", article_id, disappeared=bool(filed.counts.disappeared))
    if (article_id := unchanged_check.shows(db, source, reading)) is not None:
        (number,) = db.execute("SELECT version_count FROM articles WHERE id = ?", [article_id]).fetchone()
        return Filed("unchanged", article_id, number)
    alone = file_alone(db, source, reading, version_texts.boilerplate_of(db, run.outlet_id))
    return _filed(alone or _file_pending(db, run, [source.url_key, *source.via], known), source.capture_id)


def _filed(filed: FiledHistories, capture_id: int) -> Filed:
    disappeared, plan = bool(filed.counts.disappeared), filed.plan
    verdict = next((candidate for candidate in filed.history.verdicts if candidate.capture.id == capture_id), None)
    if verdict is None or verdict.article is None:
        return Filed("unchanged", disappeared=disappeared)
    article_id, ref = plan.articles[verdict.article], plan.shown.get(capture_id)
    if ref is None:
        return Filed("unchanged", article_id, disappeared=disappeared)
    version = plan.derived[ref]
    is_new = version.proof.id == capture_id and plan.versions[ref] not in plan.old
    outcome: FilingOutcome = "unchanged" if not is_new else "edited" if article_id in filed.known else "new"
    return Filed(outcome, article_id, version.number, disappeared)


def read_pending(db: Database, run: Run) -> int:
    """Finishes what an earlier run left unfinished: reads and files what it kept, and files late captures. Returns how
    many captures were read."""
    pending, boilerplate = kept_captures.unread(db, run), version_texts.boilerplate_of(db, run.outlet_id)
    for source, encoding in pending:
        if signals.signal_received():
            break
        body = capture_writer.kept_body(db, source.capture_id)
        file_reading(db, source, try_to_read(source, body or b"", encoding, boilerplate))
    if not signals.signal_received():
        file_waiting(db, run)
    return len(pending)


def keep_picture(db: Database, run: Run, capture: PictureCapture, rest: timedelta) -> PictureOutcome:
    """Records a fetch of a picture, in one transaction, and files what it changes in the articles that show it. The
    bytes it brought must be in the store already. rest: the shortest time until it is due again."""
    with connection.transaction(db):
        outcome, picture_id = picture_fetches.keep_picture(db, run, capture, rest)
        if picture_id is None:
            return outcome
        if changed := unchanged_check.show_picture(db, run.outlet_id, capture.image_id, picture_id):
            filed = _file_pending(db, run, changed, {})
            for key in changed if filed.counts.opened else ():
                url_queue.count_edit(db, run, key, capture.captured_at)
    return outcome


_LISTS = frozenset({"listing", "home"})


def discover(
    db: Database, run: Run, arrival: Arrival, ingested: Ingested, links: Collection[Link], moment: datetime
) -> int:
    """Notes the links of a page, and when it is due again; returns how many links were never seen before.

    The page is not done before this: a run that is killed earlier leaves it due, so that its links are not lost.
    """
    key, url, filed, reading = arrival.source.url_key, arrival.source.url, ingested.filed, ingested.reading
    with connection.transaction(db):
        left_out_before = capacity.left_out(db, run).total()
        first = url_queue.is_new(db, run, key)
        noted = url_queue.note_links(db, run, url, links, moment, first=first)
        fresh = noted.fresh
        if first or fresh:
            article_probability.note_yield(db, run, url, noted.likely, noted.articles)
        kind = kind_of(reading, bool(links), fresh)
        news = filed is not None and filed.outcome in ("new", "edited")
        url_queue.reschedule(db, run, key, moment, news=news, fresh=fresh, kind=kind, links_of=arrival.body_id)
        bring_forward(db, run, key, moment)
        if isinstance(reading, Unreadable) and reading.teasers:
            note_pictures(db, run, reading.teasers, moment)
        if first and isinstance(reading, Reading):
            note_words(db, run, key, reading, moment)
        if capacity.left_out(db, run).total() > left_out_before:
            capacity.name_again(db, run, key, moment)
    return fresh


def note_sitemaps(db: Database, run: Run, robots_url: str, urls: Sequence[str], moment: datetime) -> None:
    """Queues the sitemaps that a robots.txt names, except those on other sites."""
    own_sitemaps = [Link(url, "sitemap-index") for url in urls if same_site(url, run.outlet.hosts)]
    with connection.transaction(db):
        url_queue.note_links(db, run, robots_url, own_sitemaps, moment)


def kind_of(reading: Reading | Unreadable | None, leads_on: bool, fresh: int) -> PageKind | None:
    """What a page turned out to be; None where that is unknown. A feed or a sitemap is not HTML and has links."""
    if isinstance(reading, Reading):
        return "article"
    if reading is not None and (reading.reason in _LISTS or (reading.reason == "not-html" and leads_on) or fresh):
        return "list"
    return None
