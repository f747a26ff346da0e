"""Readings as rows of Parquet files (Zstandard, in row groups): their columns, reading and writing.

A row identifies its capture as an archive does (outlet, address, time, status, digest of the body), and has the
extractor's other input (final address, charset, time zone), so that a reading of another capture never matches.

A file gets its name once it is complete, so two tasks may write the same file, when Spark runs a task twice, without
harm.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, get_args

from archive.cluster.warc_splits import FileLocation, file_selector
from archive.exchange.exporters.tables import import_pyarrow
from archive.model import clock, validation
from archive.model.errors import BadValue, LuubaoError
from archive.model.records import Block, BlockKind, Image, ReadableKind, Reading, Unreadable, UnreadableReason
from archive.storage.unread_captures import CaptureKey

Row = dict[str, Any]

KEY: dict[str, tuple[str, str]] = {
    "outlet": ("string", "the outlet's name"),
    "requested_url": ("string", "the address that was asked for"),
    "captured_at": ("string", "when it was captured, in UTC: `2026-05-20T01:15:00Z`"),
    "status": ("int32", "the HTTP status of the answer"),
    "digest": ("string", "the digest of the bytes that were read, worked out from them: `sha256:...`"),
    "final_url": ("string", "the address that answered, against which links were resolved"),
    "encoding": ("string", "the charset of the HTTP header; null where it named none"),
    "timezone": ("string", "the IANA name of the zone in which the outlet prints its times"),
    "warc": ("string", "the file whose record held the bytes, as named when the job was started"),
    "offset": ("int64", "where that record begins, in bytes"),
}
"""The columns that identify a reading's capture, with types and meanings."""

ANSWER_COLUMNS: dict[str, tuple[str, str]] = {
    "extractor": ("string", "who read it, as in `extractors.name`: versions of what read, and the furniture left out"),
    "kind": ("string", "what was read, as in `readings.kind`: `article`, or why nothing was: `listing`, `gave-up`"),
    "detail": ("string", "more on why nothing was read"),
    "headline": ("string", "null where nothing was read, as in all that follows"),
    "lead": ("string", "the paragraph that introduces it"),
    "text": ("string", "its paragraphs, subheads, quotes, lists and tables, joined by blank lines"),
    "blocks": ("blocks", "the same in pieces, pictures included: kind, text, and for an image its index in `images`"),
    "images": ("images", "url, caption, credit, caption_raw (both as printed), alt"),
    "kicker": ("string", "the line above the headline"),
    "dateline": ("string", "where the story was filed, or who filed it"),
    "correction": ("string", "the newspaper's notes of corrections and updates, in lines"),
    "byline": ("string", "as printed"),
    "authors": ("strings", "the persons named"),
    "published_at": ("string", "what the page claims, with its offset: `2026-05-20T08:15:00+07:00`"),
    "published_at_raw": ("string", "as printed"),
    "modified_at": ("string", "what the page claims, with its offset"),
    "modified_at_raw": ("string", "as printed"),
    "section": ("string", "the outlet's own word for it"),
    "tags": ("strings", "the outlet's own words for it"),
    "language": ("string", "as declared"),
    "canonical_url": ("string", "the address the page declares"),
    "flags": ("strings", "what a person should look at"),
    "origins": ("origins", "which rule gave which field: field, rule"),
    "confidence": ("confidence", "how likely each field, and the reading, is right: field, likelihood"),
}
"""The columns of the reading itself, with types and meanings."""

COLUMNS = {**KEY, **ANSWER_COLUMNS}

_KINDS, _REASONS, _BLOCKS = (frozenset(get_args(kinds)) for kinds in (ReadableKind, UnreadableReason, BlockKind))
_TEXT_FIELDS = ("headline", "lead", "text", "kicker", "byline", "published_at_raw", "modified_at_raw", "section",
                "language", "canonical_url")  # fmt: skip
_RARE_FIELDS = ("dateline", "correction")  # files of earlier readers lack them
_LIST_FIELDS = ("authors", "tags", "flags")
_TIME_FIELDS = ("published_at", "modified_at")


class BadRow(ValueError):
    """Raised for a row that is no valid reading; the text says why."""


def row_of(capture: CaptureKey, reading: Reading | Unreadable) -> Row:
    """A reading as a row of plain values.

    Raises UnicodeEncodeError for text that is not valid UTF-8: a lone surrogate, which JSON in a page can contain.
    """
    row: Row = dict.fromkeys(COLUMNS) | asdict(capture) | {"extractor": reading.extractor}
    if isinstance(reading, Unreadable):
        row |= {"kind": reading.reason, "detail": reading.detail or None}
    else:
        row |= _reading_columns(reading)
    json.dumps(row, ensure_ascii=False).encode()
    return row


def _reading_columns(reading: Reading) -> Row:
    return {
        "kind": reading.kind,
        **{name: getattr(reading, name) for name in (*_TEXT_FIELDS, *_RARE_FIELDS)},
        **{name: list(getattr(reading, name)) for name in _LIST_FIELDS},
        **{name: clock.claimed(getattr(reading, name)) for name in _TIME_FIELDS},
        "blocks": [{"kind": block.kind, "text": block.text, "image": block.image} for block in reading.blocks],
        "images": [{name: getattr(image, name) for name in _IMAGE_FIELDS} for image in reading.images],
        "origins": [{"field": field, "rule": rule} for field, rule in reading.origins],
        "confidence": [{"field": field, "likelihood": likelihood} for field, likelihood in reading.confidence],
    }


_IMAGE_FIELDS = ("url", "caption", "credit", "caption_raw", "alt")


def capture_of_row(row: Mapping[str, Any]) -> CaptureKey:
    """The capture that a row names. Raises BadRow."""
    try:
        capture = CaptureKey(**{name: row[name] for name in KEY})
    except KeyError as error:
        raise BadRow(f"it has no {error}") from error
    for name in ("outlet", "requested_url", "captured_at", "status", "digest", "final_url", "timezone"):
        if row[name] is None:
            raise BadRow(f"its {name} is empty")
    _moment(capture.captured_at, "captured_at")
    return capture


def reading_in(row: Mapping[str, Any]) -> Reading | Unreadable:
    """The reading of a row. Raises BadRow."""
    kind, extractor = row["kind"], row["extractor"]
    if not extractor:
        raise BadRow("its extractor is empty")
    if kind in _REASONS:
        return Unreadable(kind, row["detail"] or "", extractor)
    if kind not in _KINDS:
        raise BadRow(f"its kind is {kind!r}, which no reader gives")
    try:
        return _reading(row)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadRow(f"its columns do not fit together ({error})") from error


def _reading(row: Mapping[str, Any]) -> Reading:
    images = tuple(Image(**{name: image[name] for name in _IMAGE_FIELDS}) for image in row["images"])
    blocks = tuple(_block(block, len(images)) for block in row["blocks"])
    if row["headline"] is None or row["text"] is None:
        raise BadRow("its headline or its text is missing")
    fields: dict[str, Any] = {name: row[name] for name in _TEXT_FIELDS}
    fields |= {name: row.get(name) for name in _RARE_FIELDS}
    fields |= {name: tuple(row[name]) for name in _LIST_FIELDS}
    fields |= {name: _moment(row[name], name) for name in _TIME_FIELDS}
    origins = tuple((origin["field"], origin["rule"]) for origin in row["origins"])
    confidence = tuple((said["field"], said["likelihood"]) for said in row.get("confidence") or ())
    return Reading(
        kind=row["kind"], blocks=blocks, images=images, origins=origins, confidence=confidence,
        extractor=row["extractor"], **fields
    )  # fmt: skip


def _block(block: Mapping[str, Any], image_count: int) -> Block:
    kind, image_index = block["kind"], block["image"]
    if kind not in _BLOCKS:
        raise BadRow(f"one of its blocks is {kind!r}, which is none")
    if image_index is not None and not 0 <= image_index < image_count:
        raise BadRow(f"one of its blocks shows picture {image_index} of {image_count}")
    return Block(kind, block["text"] or "", image_index)


def _moment(text: str | None, name: str) -> datetime | None:
    try:
        return None if text is None else validation.claimed_moment(text)
    except BadValue as error:
        raise BadRow(f"its {name} is {str(error).replace(' is ', ', which is ', 1)}") from error


FORMAT = b"luubao readings 1"
_ROW_GROUP = 200  # rows of a row group, held in memory
_NESTED = {
    "blocks": (("kind", "string"), ("text", "string"), ("image", "int32")),
    "images": tuple((name, "string") for name in _IMAGE_FIELDS),
    "origins": (("field", "string"), ("rule", "string")),
    "confidence": (("field", "string"), ("likelihood", "double")),
}


Add = Callable[[Row], None]


@contextmanager
def writing(place: FileLocation, *, revisits: bool = False) -> Iterator[Add]:
    """Writes rows one by one to a file, which exists once the block ends without an exception. revisits: rows of
    captures that are yet to be read; writes no file without rows."""
    pa, pq = import_pyarrow()
    schema, group = _schema(pa, KEY if revisits else COLUMNS), list[Row]()
    with ExitStack() as stack:
        writer: Any = None

        def flush() -> None:
            nonlocal writer
            writer = writer or _open_writer(pq, schema, place, stack)
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            group.clear()

        def add(row: Row) -> None:
            group.append(row)
            if len(group) >= _ROW_GROUP:
                flush()

        yield add
        if group or not (writer or revisits):
            flush()


def _open_writer(pq: Any, schema: Any, place: FileLocation, stack: ExitStack) -> Any:
    path = stack.enter_context(_renamed_when_complete(place))
    sink = stack.enter_context(place.system.open_output_stream(path))
    return stack.enter_context(pq.ParquetWriter(sink, schema, compression="zstd"))


def read_rows(place: FileLocation, columns: Iterable[str] | None = None) -> Iterator[Row]:
    """Reads the rows of a file of readings, or some of their columns; holds one row group in memory.

    Raises LuubaoError for a file of another kind, or a damaged one.
    """
    pa, pq = import_pyarrow()
    try:
        with place.system.open_input_file(place.path) as source, pq.ParquetFile(source) as file:
            if (file.schema_arrow.metadata or {}).get(b"format") != FORMAT:
                raise LuubaoError(f"{place} holds no readings: it was not written by luubao-reread-spark")
            for batch in file.iter_batches(_ROW_GROUP, columns=None if columns is None else list(columns)):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowInvalid, pa.ArrowException) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:120].rstrip(".")
        raise LuubaoError(f"{place} cannot be read: {reason}. Have the job write it again") from error


@contextmanager
def _renamed_when_complete(place: FileLocation) -> Iterator[str]:
    """Yields a temporary name, which readers skip; then renames the file to its own."""
    path = PurePosixPath(place.path)
    temporary = str(path.with_name(f"_{path.name}.{uuid.uuid4().hex[:12]}"))
    try:
        yield temporary
        place.system.move(temporary, place.path)
    except BaseException:  # any error: removes the file, and raises it again
        with suppress(OSError):
            place.system.delete_file(temporary)
        raise


def clear_unfinished(folder: FileLocation) -> None:
    """Deletes the temporary files of writers that died. Call only when nothing writes."""
    for entry in folder.system.get_file_info(file_selector(folder)):
        if entry.is_file and entry.base_name.startswith("_") and ".parquet." in entry.base_name:
            folder.system.delete_file(entry.path)


def _schema(pa: Any, columns: Mapping[str, tuple[str, str]]) -> Any:
    simple = {"string": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "double": pa.float64()}
    simple |= {"strings": pa.list_(pa.string())}
    structs = {name: pa.struct([(field, simple[kind]) for field, kind in fields]) for name, fields in _NESTED.items()}
    types = simple | {name: pa.list_(struct) for name, struct in structs.items()}
    fields = [pa.field(name, types[kind], metadata={"meaning": meaning}) for name, (kind, meaning) in columns.items()]
    return pa.schema(fields, metadata={"format": FORMAT})
