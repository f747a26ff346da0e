"""WARC files as other tools write them: packed by any coding, and with revisits that name their originals in any way."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Sequence
from pathlib import Path

import brotli
import pytest
from backports import zstd
from click.testing import CliRunner

from archive import open_archive
from archive.cli import archive
from archive.pipeline.verification import verify
from archive.queries import lookup
from tests.support import page

URL = "https://bao.example/bai-1.htm"
A, B = page("Cầu mới").encode(), page("Cầu mới", body="<p>Cập nhật: đã thông xe.</p>").encode()
PACKED = gzip.compress(A, mtime=0)


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def record(
    kind: str, day: int, block: bytes, *fields: str, media_type: str = "application/http;msgtype=response"
) -> bytes:
    """A record of a day in May 2026."""
    lines = (
        "WARC/1.0", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{day:032x}>", f"WARC-Target-URI: {URL}",
        f"WARC-Date: 2026-05-{day:02}T01:15:00Z", f"Content-Type: {media_type}", *fields, f"Content-Length: {len(block)}",
    )  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def http(body: bytes, *headers: str) -> bytes:
    lines = ("HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def imported(folder: Path, files: Sequence[bytes], exits: int = 0) -> tuple[list[str | None], str]:
    """What the versions of the one article changed, and what was told."""
    names = [folder / f"{number}.warc" for number in range(len(files))]
    for name, data in zip(names, files, strict=True):
        name.write_bytes(data)
    db = folder / "a.db"
    arguments = ["import", *names, "--db", db, "--outlet", "bao", "--home", "https://bao.example/"]
    done = CliRunner().invoke(archive, [str(one) for one in arguments])
    assert done.exit_code == exits, done.output
    with open_archive(db) as opened:
        assert list(verify(opened)) == []
        (article,) = lookup.articles(opened)
        rows = opened.execute("SELECT changed FROM versions WHERE article_id = ? ORDER BY number", [article.id])
        return [changed for (changed,) in rows.fetchall()], done.output


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", brotli.compress(A)), ("zstd", zstd.compress(A)), ("x-gzip", PACKED), ("GZIP", PACKED),
        ("gzip, br", brotli.compress(PACKED)), ("br", A), ("gzip", A), ("utf-8", A), ("identity", A),
    ],
)  # fmt: skip
@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_packed_by_any_coding_is_read(tmp_path: Path, coding: str, body: bytes, chunked: bool) -> None:
    headers = [f"Content-Encoding: {coding}"]
    if chunked:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        headers.append("Transfer-Encoding: chunked")
    assert imported(tmp_path, [record("response", 1, http(body, *headers))])[0] == [None]


HALF, TOO = A[: len(A) // 2], "Transfer-Encoding: chunked"
CHUNKS = {
    "as the standard has them": b"%x\r\n%s\r\n%X\r\n%s\r\n0\r\n\r\n"
    % (len(HALF), HALF, len(A[len(HALF) :]), A[len(HALF) :]),
    "with trailers": b"%x\r\n%s\r\n0\r\nX-Time: 3\r\n\r\n" % (len(A), A),
    "with extensions and padding": b"%08x  ;a=b\r\n%s\r\n000;c\r\n\r\n" % (len(A), A),
    "with bare line feeds": b"%x\n%s\n0\n\n" % (len(A), A),
    "without the last line": b"%x\r\n%s\r\n0" % (len(A), A),
    "undone before it was written": A,
}


@pytest.mark.parametrize("body", CHUNKS.values(), ids=CHUNKS)
def test_chunks_are_put_together(tmp_path: Path, body: bytes) -> None:
    changed, _ = imported(tmp_path, [record("response", 1, http(A)) + record("response", 2, http(body, TOO))])
    assert changed == [None]
    with open_archive(tmp_path / "a.db") as db:
        assert db.execute("SELECT outcome FROM captures ORDER BY captured_at").fetchall()[1] == ("revisit",)


CUT_CHUNKS = {
    "within a chunk": b"%x\r\n%s" % (len(A), HALF),
    "after a chunk": b"%x\r\n%s\r\n" % (len(HALF), HALF),
    "before the end of its line": b"%x\r\n%s" % (len(HALF), HALF),
    "with bytes that are no chunk": b"%x\r\n%s\r\n%s" % (len(HALF), HALF, A[len(HALF) :]),
    "within the first size": b"%x" % len(A),
    "of a size that nobody has": b"f" * 99 + b"\r\n" + A,
}
CUT = {name: (body, TOO) for name, body in CUT_CHUNKS.items()} | {
    "within gzip": (PACKED[:-20], "Content-Encoding: gzip"),
    "within brotli": (brotli.compress(A)[:-9], "Content-Encoding: br"),
}


@pytest.mark.parametrize(("body", "coding"), CUT.values(), ids=CUT)
def test_a_body_that_breaks_off_is_no_edit_and_hides_none(tmp_path: Path, body: bytes, coding: str) -> None:
    whole, cut = record("response", 1, http(A)), record("response", 2, http(body, coding))
    changed, told = imported(tmp_path, [whole + cut + record("response", 3, http(B))], exits=4)
    assert changed == [None, "body"]
    assert "only a part was recorded" in told


def test_what_cannot_be_unpacked_is_told_and_what_follows_is_taken(tmp_path: Path) -> None:
    odd = record("response", 1, http(bytes(range(256)) * 9, "Content-Encoding: compress"))
    changed, told = imported(tmp_path, [odd + record("response", 2, http(A))], exits=4)
    assert changed == [None]
    assert "is packed with 'compress', which cannot be undone" in told


PAGES = {
    "no HTTP headers": record("response", 1, A, media_type="text/html"),
    "interim responses": record("response", 1, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: <a>\r\n\r\n" + http(A)),
    "a type that says nothing": record("response", 1, http(A).replace(b"text/html; charset=utf-8", b"application/octet-stream")),
    "a scheme in capitals": record("response", 1, http(A)).replace(b"https://", b"HTTPS://"),
    "two codings in two headers": record("response", 1, http(brotli.compress(gzip.compress(A)), "Content-Encoding: gzip", "Content-Encoding: br")),
    "a transfer coding": record("response", 1, http(b"%x\r\n%s\r\n0\r\n\r\n" % (len(PACKED), PACKED), "Transfer-Encoding: gzip, chunked")),
    "no word of its coding": record("response", 1, http(PACKED)),
}  # fmt: skip


@pytest.mark.parametrize("data", PAGES.values(), ids=PAGES)
def test_a_page_is_found_in_whatever_was_recorded(tmp_path: Path, data: bytes) -> None:
    assert imported(tmp_path, [data])[0] == [None]
    with open_archive(tmp_path / "a.db") as db:
        assert db.execute("SELECT status, captured_at FROM captures").fetchall() == [(200, "2026-05-01T01:15:00Z")]


@pytest.mark.parametrize("short", [1, 2, 5])
def test_a_length_that_is_a_few_bytes_short_loses_none_of_them(tmp_path: Path, short: int) -> None:
    whole = record("response", 1, http(A))
    told = f"Content-Length: {len(http(A))}".encode()
    odd = whole.replace(told, f"Content-Length: {len(http(A)) - short}".encode())
    changed, _ = imported(tmp_path, [odd + record("response", 2, http(A)) + record("response", 3, http(B))])
    assert changed == [None, "body"]
    with open_archive(tmp_path / "a.db") as db:
        assert db.execute("SELECT outcome FROM captures ORDER BY captured_at").fetchall()[1] == ("revisit",)


@pytest.mark.parametrize("time", ["20260501011500", "20260501011500123", "2026-05-01t01:15:00z"])
def test_a_time_in_any_spelling_is_understood(tmp_path: Path, time: str) -> None:
    odd = record("response", 1, http(A)).replace(b"2026-05-01T01:15:00Z", time.encode())
    assert imported(tmp_path, [odd])[0] == [None]
    with open_archive(tmp_path / "a.db") as db:
        assert db.execute("SELECT captured_at FROM captures").fetchall() == [("2026-05-01T01:15:00Z",)]


def revisit(day: int, *fields: str) -> bytes:
    profile = "WARC-Profile: http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
    return record("revisit", day, http(b""), profile, *fields)


# What a server sent packed is kept unpacked: its sha1 is known in the import that brings it, and in no later one.
WAYS = [
    (named, order, packed)
    for named in ("record", "sha1", "date")
    for order in ("after", "before", "another file", "another import")
    for packed in (False, True)
    if (named, order, packed) != ("sha1", "another import", True)
]


@pytest.mark.parametrize(("named", "order", "packed"), WAYS)
def test_a_revisit_brings_back_what_stood_before(tmp_path: Path, named: str, order: str, packed: bool) -> None:
    body, headers = (gzip.compress(A, mtime=0), ["Content-Encoding: gzip"]) if packed else (A, [])
    first = record("response", 1, http(body, *headers), f"WARC-Payload-Digest: {sha1(body)}")
    second = record("response", 2, http(B), f"WARC-Payload-Digest: {sha1(B)}")
    fields = {
        "record": [f"WARC-Refers-To: <urn:uuid:{1:032x}>", "WARC-Truncated: length"], "sha1": [f"WARC-Payload-Digest: {sha1(body)}"],
        "date": [f"WARC-Refers-To-Target-URI: {URL}", "WARC-Refers-To-Date: 2026-05-01T01:15:00Z"],
    }  # fmt: skip
    third = revisit(3, *fields[named])
    files = {
        "after": [[first + second + third]], "before": [[third + first + second]],
        "another file": [[third, second, first]], "another import": [[first, second], [third]],
    }  # fmt: skip
    for group in files[order]:
        changed, told = imported(tmp_path, group)
    assert changed == [None, "body", "body"]
    assert "revisit" not in told


def _digest(algorithm: str, spelled: str) -> str:
    checksum = hashlib.new(algorithm, A).digest()
    return spelled + (base64.b32encode(checksum).decode() if spelled == "sha256:" else checksum.hex())


@pytest.mark.parametrize(
    "fields",
    [
        [f"WARC-Refers-To-Target-URI: <{URL}>", "WARC-Refers-To-Date: 2026-05-01T01:15:00Z"],
        ["WARC-Refers-To-Target-URI: -", "WARC-Refers-To-Date: -", f"WARC-Payload-Digest: {sha1(A)}"],
        [f"WARC-Payload-Digest: {_digest('sha256', 'sha256:')}"],
        [f"WARC-Payload-Digest: {_digest('sha256', 'sha-256:')}"], [f"WARC-Payload-Digest: {_digest('sha1', 'SHA-1:')}"],
    ],
)  # fmt: skip
def test_an_original_is_found_however_its_name_is_spelled(tmp_path: Path, fields: list[str]) -> None:
    originals = record("response", 1, http(A)) + record("response", 2, http(B))
    assert imported(tmp_path, [originals + revisit(3, *fields)])[0] == [None, "body", "body"]


def test_a_revisit_of_httrack_that_names_no_original_says_that_the_page_was_unchanged(tmp_path: Path) -> None:
    profile = "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    changed, told = imported(tmp_path, [record("response", 1, http(A)) + record("revisit", 2, http(b""), profile)])
    assert (changed, "left out" in told) == ([None], False)
    with open_archive(tmp_path / "a.db") as db:
        assert db.execute("SELECT status, outcome FROM captures WHERE id = 2").fetchall() == [(304, "not-modified")]


def test_a_revisit_of_what_is_in_no_file_is_told_once(tmp_path: Path) -> None:
    changed, told = imported(tmp_path, [record("response", 1, http(A)) + revisit(3, f"WARC-Payload-Digest: {sha1(B)}")])
    assert changed == [None]
    assert told.count("revisit") == 1


def test_what_keeps_a_file_from_bringing_anything_is_said(tmp_path: Path) -> None:
    def told(data: bytes) -> str:
        (tmp_path / "x.warc").write_bytes(data)
        words = ("import", str(tmp_path / "x.warc"), "--db", str(tmp_path / "x.db"), "--outlet", "thu", "--home",
                 "https://thu.example/", "--jobs", "0")  # fmt: skip
        done = CliRunner().invoke(archive, words)
        assert done.exit_code == 1
        return done.output.splitlines()[-1]

    assert "the pages lie on bao.example, and no known outlet does" in told(record("response", 1, http(A)))
    assert told(b"WARC/1.0\r\nWARC-Type: response\r\n\r\n").endswith("nothing was taken: no record could be read")
    assert told(record("warcinfo", 1, b"", media_type="x/y")).endswith(
        "nothing was taken: there is no page in the files"
    )
