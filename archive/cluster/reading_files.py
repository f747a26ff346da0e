"""Reads and writes files of readings: Parquet with Zstandard, in row groups. The only module that uses pyarrow for
them.

A file gets its name once it is complete, so two tasks may write the same file, when Spark runs a task twice, without
harm.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import PurePosixPath
from typing import Any

from archive.cluster.file_systems import Place, file_selector
from archive.cluster.reading_columns import COLUMNS, KEY, Row
from archive.model.errors import LuubaoError, Misconfigured

FORMAT = b"luubao readings 1"
_ROW_GROUP = 200  # rows of a row group, held in memory
_NESTED = {
    "blocks": (("kind", "string"), ("text", "string"), ("image", "int32")),
    "images": tuple((name, "string") for name in ("url", "caption", "credit", "caption_raw", "alt")),
    "origins": (("field", "string"), ("rule", "string")),
    "confidence": (("field", "string"), ("likelihood", "double")),
}


Add = Callable[[Row], None]


@contextmanager
def writing(place: Place, *, revisits: bool = False) -> Iterator[Add]:
    """Writes rows one by one to a file, which exists once the block ends without an exception. revisits: rows of
    captures that are yet to be read; writes no file without rows."""
    pa, pq = _pyarrow()
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


def _open_writer(pq: Any, schema: Any, place: Place, stack: ExitStack) -> Any:
    path = stack.enter_context(_renamed_when_complete(place))
    sink = stack.enter_context(place.system.open_output_stream(path))
    return stack.enter_context(pq.ParquetWriter(sink, schema, compression="zstd"))


def read_rows(place: Place, columns: Iterable[str] | None = None) -> Iterator[Row]:
    """Reads the rows of a file of readings, or some of their columns; holds one row group in memory.

    Raises LuubaoError for a file of another kind, or a damaged one.
    """
    pa, pq = _pyarrow()
    try:
        with place.system.open_input_file(place.path) as source, pq.ParquetFile(source) as file:
            _check(place, file.schema_arrow)
            for batch in file.iter_batches(_ROW_GROUP, columns=None if columns is None else list(columns)):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowInvalid, pa.ArrowException) as error:
        raise LuubaoError(f"{place} cannot be read: {_first_line(error)}. Have the job write it again") from error


def _check(place: Place, schema: Any) -> None:
    if (schema.metadata or {}).get(b"format") != FORMAT:
        raise LuubaoError(f"{place} holds no readings: it was not written by luubao-reread-spark")


@contextmanager
def _renamed_when_complete(place: Place) -> Iterator[str]:
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


def clear_unfinished(folder: Place) -> None:
    """Deletes the temporary files of writers that died. Call only when nothing writes."""
    for entry in folder.system.get_file_info(file_selector(folder)):
        if entry.is_file and entry.base_name.startswith("_") and ".parquet." in entry.base_name:
            folder.system.delete_file(entry.path)


def _schema(pa: Any, columns: Mapping[str, tuple[str, str]]) -> Any:
    simple = {"string": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "double": pa.float64()}
    simple |= {"strings": pa.list_(pa.string())}
    nested = {
        name: pa.list_(pa.struct([(field, simple[kind]) for field, kind in fields])) for name, fields in _NESTED.items()
    }
    types = simple | nested
    fields = [pa.field(name, types[kind], metadata={"meaning": meaning}) for name, (kind, meaning) in columns.items()]
    return pa.schema(fields, metadata={"format": FORMAT})


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120].rstrip(".")


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise Misconfigured("Parquet needs pyarrow. Install it with `pip install 'luubao[parquet]'`") from error
    return pa, pq
