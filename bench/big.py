"""An archive as large as a provincial paper's: 200,000 articles of ten years with their edits, pictures, disappearances.

What it holds is what the archive's own door would have written (keep, then file), written table by table, without waiting
for the disk, and indexed for search at the end; --door takes the slow way. Bodies are tiny: what pages weigh is another
measurement's business. The file is made once and kept; it is made anew when the schema or what is imagined changes.

    python -m bench.big --articles 200000
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.pool import Pool
from pathlib import Path
from random import Random

from sqlite_utils import Database

import archive.storage.migrations
from archive import Capture, Outlet, Run, open_archive
from archive.model.digests import digest_of
from archive.pipeline.ingest import file_reading, keep_capture
from archive.storage import codecs, connection, run_rows
from bench import direct, imagined
from bench.direct import ArchiveContents, Writer
from bench.imagined import BEGIN, YEARS, Paper

FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"
OUTLET = Outlet("bao", "Báo Thử", "https://bao.example/", ("bao.example",))
_OWN = tuple(Path(module.__file__ or "") for module in (sys.modules[__name__], imagined, direct))
_RUN = timedelta(days=365.25 / 12)
_BATCH, _CHUNK = 2_000, 100
_ANOTHER_EDIT = 0.235  # 1.3 versions an article
_EDIT_AFTER_HOURS = ((0.6, 1, 24), (0.85, 24, 168), (0.97, 168, 1_440), (1.0, 1_440, 43_800))
_SEEN_AGAIN, _GONE, _RETURNED, _REVERTED = 0.6, 0.013, 0.2, 0.05


@dataclass(frozen=True, slots=True)
class Event:
    """When, which article, what of it is seen (`state`, `same`, `gone`), after how many edits, and how many it had
    before: None for its first state."""

    at: datetime
    number: int
    what: str
    edits: int
    before: int | None


def main() -> None:
    """Makes the archive, if it is not there, and prints where it is."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=200_000)
    options.add_argument("--folder", type=Path, default=FOLDER)
    options.add_argument("--door", action="store_true", help="through keep and file")
    chosen = options.parse_args()
    print(big_archive(chosen.articles, chosen.folder, session=chosen.door))


def big_archive(articles: int, folder: Path = FOLDER, *, session: bool = False) -> Path:
    """The archive of so many articles; made first where it is not there, or was made by other code."""
    kind = f"big-{articles}{'-door' if session else ''}"
    path = folder / f"{kind}-{_fingerprint()}.db"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for outdated in folder.glob(f"{kind}-????????????.*"):
            outdated.unlink()
        unfinished = path.with_suffix(".making")
        build(unfinished, articles, session=session)
        unfinished.rename(path)
    return path


def _fingerprint() -> str:
    """Changes with the schema and with everything that makes the articles."""
    steps = sorted(Path(archive.storage.migrations.__file__).parent.glob("m*.py"))
    sources = b"".join(path.read_bytes() for path in (*_OWN, *steps))
    return hashlib.sha256(sources).hexdigest()[:12]


def build(path: Path, articles: int, *, session: bool = False) -> None:
    """Makes the archive at `path`; tells on standard error how far it is."""
    paper = Paper(articles)
    events = [event for number in range(articles) for event in life(paper, number)]
    events.sort(key=lambda event: (event.at, event.number))
    with open_archive(path, create=True) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -500000")
        if session:
            _write(db, paper, events, session=True)
        else:
            with _indexed_at_the_end(db):
                _write(db, paper, events, session=False)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


@contextmanager
def _indexed_at_the_end(db: Database) -> Iterator[None]:
    """Takes the trigger that indexes every text away, and indexes all of them on leaving."""
    name = "active_texts_added"
    (trigger,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()
    db.execute(f"DROP TRIGGER {name}")
    yield
    print("indexing for search", file=sys.stderr)
    with connection.transaction(db):
        db.execute("INSERT INTO search(search) VALUES ('rebuild')")
        db.execute(trigger)


def life(paper: Paper, number: int) -> Iterator[Event]:
    """What is seen of an article, and when: its first state, its edits, that it stands unchanged, that it is gone."""
    rng = Random(f"{paper.seed}/{number}/life")
    end = BEGIN + timedelta(days=365.25 * YEARS)
    moment = paper.published(number) + timedelta(minutes=rng.randint(5, 300))
    edits = newest = 0
    yield Event(moment, number, "state", 0, None)
    while rng.random() < _ANOTHER_EDIT and (moment := moment + _pause(rng)) < end:
        reverted = 0 < edits == newest and rng.random() < _REVERTED
        before, edits = edits, edits - 1 if reverted else newest + 1  # the same change twice would be no edit
        newest = max(newest, edits)
        yield Event(moment, number, "state", edits, before)
    if rng.random() < _SEEN_AGAIN and (moment := moment + timedelta(days=rng.randint(1, 40))) < end:
        yield Event(moment, number, "same", edits, edits)
    if rng.random() < _GONE and (moment := moment + timedelta(days=rng.randint(1, 900))) < end:
        yield Event(moment, number, "gone", edits, edits)
        if rng.random() < _RETURNED and (moment := moment + timedelta(days=rng.randint(1, 60))) < end:
            yield Event(moment, number, "same", edits, edits)


def _pause(rng: Random) -> timedelta:
    draw = rng.random()
    least, most = next((low, high) for share, low, high in _EDIT_AFTER_HOURS if draw <= share)
    return timedelta(seconds=rng.randint(least * 3600, most * 3600))


def _write(db: Database, paper: Paper, events: list[Event], *, session: bool) -> None:
    """Writes the events in order, while another process imagines the next."""
    began, run, run_began, writer = time.monotonic(), None, BEGIN - _RUN, Writer(db, 1)
    with multiprocessing.Pool(1, _imagine, (paper.articles, paper.seed)) as other:
        for done, batch in _imagined(other, events):
            with connection.transaction(db):
                for event, told in batch:
                    if run is None or event.at - run_began > _RUN:
                        writer.flush()
                        run, run_began = _next_run(db, run, event.at), event.at
                    _happen(db, run, paper, event, told, None if session else writer)
                writer.flush()
            if done % (20 * _BATCH) == 0:
                print(f"{done:>8} of {len(events)} events, {time.monotonic() - began:4.0f} s", file=sys.stderr)
    if run is not None:
        _end(db, run, events[-1].at)


Batch = list[tuple[Event, ArchiveContents | None]]


def _imagined(other: Pool, events: list[Event]) -> Iterator[tuple[int, Batch]]:
    """The events with their states, a batch at a time, and how many there were before; one batch is made ahead."""
    batches = [events[start : start + _BATCH] for start in range(0, len(events), _BATCH)]
    ahead = other.map_async(_told, batches[0], chunksize=_CHUNK)
    for number, batch in enumerate(batches):
        states = ahead.get()
        if number + 1 < len(batches):
            ahead = other.map_async(_told, batches[number + 1], chunksize=_CHUNK)
        yield number * _BATCH, list(zip(batch, states, strict=True))


_paper: list[Paper] = []


def _imagine(articles: int, seed: str) -> None:
    _paper[:] = [Paper(articles, seed)]


def _told(event: Event) -> ArchiveContents | None:
    if event.what != "state":
        return None
    before = None if event.before is None else _paper[0].story(event.number, event.before).reading()
    return direct.told(_paper[0].story(event.number, event.edits).reading(), before)


def _next_run(db: Database, former: Run | None, moment: datetime) -> Run:
    if former is not None:
        _end(db, former, moment)
    return run_rows.start_run(db, OUTLET, {"luubao": "bench"}, moment)


def _end(db: Database, run: Run, moment: datetime) -> None:
    run_rows.finish_run(db, run, outcome="ok", reason=None, stats={}, moment=moment)


def _happen(
    db: Database, run: Run, paper: Paper, event: Event, told: ArchiveContents | None, writer: Writer | None
) -> None:
    url, tag = paper.address(event.number), f'"{event.number}-{event.edits}"'
    body = b"404" if event.what == "gone" else f"{event.number}/{event.edits}".encode()
    if writer is None:
        _through_the_door(db, run, Capture(url, url, event.at, 200, (("ETag", tag),), body), event.what, told)
    elif told is not None:
        writer.show(run, url, event.at, body, tag, told)
    elif event.what == "same":
        writer.same(run, url, event.at, tag)
    else:
        writer.gone(run, url, event.at, body, tag)


def _through_the_door(db: Database, run: Run, capture: Capture, what: str, told: ArchiveContents | None) -> None:
    _put_body(db, capture.body or b"")
    arrival = keep_capture(db, run, replace(capture, status=404) if what == "gone" else capture)
    if told is not None:
        file_reading(db, arrival.source, told.reading)


def _put_body(db: Database, body: bytes) -> None:
    """Stores a body as it is: dictionaries and patches are made for pages, and take their time with these crumbs."""
    db.execute(
        "INSERT INTO bodies (digest, size, codec, data) VALUES (?, ?, 'zstd', ?) ON CONFLICT DO NOTHING",
        [digest_of(body), len(body), codecs.compress(body)],
    )


if __name__ == "__main__":
    main()
