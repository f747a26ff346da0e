"""Files whose records cannot be as they say: each record stands alone, is told with its place and reason, and all the
others are taken."""

from __future__ import annotations

import gc
import gzip
import io
import json
import os
import re
import resource
import signal
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import brotli
import pytest
from backports import zstd
from click.testing import CliRunner, Result

from archive import Outlet, open_archive
from archive.cli import archive
from archive.exchange.importers.import_items import OutletMatcher
from archive.exchange.importers.import_job import import_files
from archive.model import packing
from archive.runtime import signals
from crawler.cli import luubao
from tests.support import page

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def record(
    headline: str = "Bài lạ",
    *,
    url: str = "https://bao.example/la.htm",
    moment: str = "2026-05-10T08:00:00Z",
    http: bytes = OK,
    head: str = "Content-Length: {}\r\n",
    kind: str = "response",
    body: bytes | None = None,
) -> bytes:
    data = page(headline).encode() if body is None else body
    block = http + b"\r\n" + data if http else data
    return (
        (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {moment}\r\n"
            f"WARC-Record-ID: <urn:uuid:{abs(hash((url, moment))):032x}>\r\nContent-Type: application/http; msgtype=response\r\n"
            f"{head.format(len(block))}\r\n"
        ).encode()
        + block
        + b"\r\n\r\n"
    )


FIRST = record("Bài đầu", url="https://bao.example/dau.htm", moment="2026-05-01T08:00:00Z")
LAST = record("Bài cuối", url="https://bao.example/cuoi.htm", moment="2026-05-30T08:00:00Z")
OUTLET = ("--outlet", "bao", "--home", "https://bao.example/")


def imported(folder: Path, *files: Path, options: tuple[str, ...] = OUTLET) -> Result:
    arguments = ["import", *map(str, files), "--db", str(folder / "a.db"), "--jobs", "0", *options]
    done = CliRunner().invoke(archive, arguments)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def headlines(folder: Path) -> list[str]:
    with open_archive(folder / "a.db") as db:
        return [row[0] for row in db.execute("SELECT headline FROM articles ORDER BY first_seen_at").fetchall()]


STATUS = b"HTTP/1.1 %s X\r\nContent-Type: text/html\r\n"
ODD: dict[str, tuple[bytes, str]] = {
    "status of 23 digits": (record(http=STATUS % (b"9" * 23)), "is no HTTP status (100 to 599)"),
    "negative status": (record(http=STATUS % b"-200"), "is no HTTP status"),
    "status 999": (record(http=STATUS % b"999"), "is no HTTP status"),
    "status in other digits": (record(http=STATUS % "٢٠٠".encode()), "is no HTTP status"),
    "status with underscores": (record(http=STATUS % b"2_0_0"), "is no HTTP status"),
    "year 1": (record(moment="0001-01-01T00:00:00+14:00"), "is outside of the calendar"),
    "year 9999": (record(moment="9999-12-31T23:59:59-12:00"), "is outside of the calendar"),
    "before the web": (record(moment="1970-01-01T00:00:00Z"), "is not between 1990-01-01 and"),
    "next century": (record(moment="2150-01-01T00:00:00Z"), "is not between 1990-01-01 and"),
    "no time": (record(moment="gestern"), "'gestern' is no time"),
    "bad port": (record(url="https://bao.example:99999999/x"), "is no web address"),
    "bad brackets": (record(url="https://[::1/x"), "is no web address"),
    "very long address": (record(url="https://bao.example/" + "a" * 9000), "is no web address"),
    "no length": (record(head="X-Length: {}\r\n"), "a record without Content-Length"),
    "length in words": (record(head="Content-Length: many\r\n"), "its Content-Length is no number"),
    "negative length": (record(head="Content-Length: -5\r\n"), "its Content-Length is no number"),
    "length of 10^18": (record(head=f"Content-Length: {10**18}\r\n"), "a record of 1,000,000,000,000,000,000 bytes"),
    "length of 10^30": (record(head=f"Content-Length: {10**30}\r\n"), "the file is damaged"),
    "length too long": (record(head="Content-Length: 5000000\r\n"), "the record is cut off"),
    "length too short": (record(head="Content-Length: 500\r\n"), "not the length of what it holds"),
    "headers without end": (b"WARC/1.0\r\n" + b"X: y\r\n" * 300_000 + b"\r\n", "headers without end"),
    "a line without end": (b"WARC/1.0\r\nX: " + b"a" * 3_000_000 + b"\r\n\r\n", "without end"),
    "no answer": (record(http=b"", body=b""), "does not say how the server answered"),
    "a page without HTTP": (record(http=b""), "does not say how the server answered"),
    "cut by who wrote it": (
        record(head="Content-Length: {}\r\nWARC-Truncated: length\r\n"),
        "only a part was written ('length')",
    ),
    "in pieces": (
        record(head="Content-Length: {}\r\nWARC-Segment-Number: 1\r\n"),
        "only a part was written ('in pieces')",
    ),
    "a further piece": (record(kind="continuation"), "a further piece of a record"),
    "noise": (Random(7).randbytes(3000), "the file is damaged"),
    "a line of another file": (b"junk junk\r\n\r\n", "the file is damaged"),
    "a version that nobody knows": (record().replace(b"WARC/1.0", b"WARC/9.9"), "the file is damaged"),
}


def packed(*records: bytes) -> bytes:
    return b"".join(map(gzip.compress, records))


FORMS: dict[str, Any] = {
    "plain.warc": lambda odd: FIRST + odd + LAST,
    "each.warc.gz": lambda odd: packed(FIRST, odd, LAST),
    "whole.warc.gz": lambda odd: gzip.compress(FIRST + odd + LAST),
    "whole.warc.zst": lambda odd: zstd.compress(FIRST + odd + LAST),
    "stored.wacz": lambda odd: bundle(packed(FIRST, odd, LAST), zipfile.ZIP_STORED),
    "deflated.wacz": lambda odd: bundle(FIRST + odd + LAST, zipfile.ZIP_DEFLATED),
}
CUT = {"length too long"}
"""In a stream that cannot be sought in, what follows a record that claims to go on is part of it."""


def bundle(data: bytes, how: int) -> bytes:
    file = io.BytesIO()
    name = "archive/data.warc.gz" if how == zipfile.ZIP_STORED else "archive/data.warc"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(zipfile.ZipInfo(name), data, how)  # of 1980, so that the bytes are the same each time
    return file.getvalue()


def _tried() -> Iterator[Any]:
    """Each odd record in a plain file, and each form of file with two of them; the slow suite tries all."""
    for odd in ODD:
        for form in FORMS:
            quick = form == "plain.warc" or odd in ("length too long", "noise")
            yield pytest.param(odd, form, marks=() if quick else pytest.mark.slow)


@pytest.mark.parametrize(("odd", "form"), list(_tried()))
def test_a_record_that_cannot_be_is_told_and_the_others_are_taken(odd: str, form: str, tmp_path: Path) -> None:
    data, reason = ODD[odd]
    file = tmp_path / form
    file.write_bytes(FORMS[form](data))
    done = imported(tmp_path, file)
    if form.startswith("whole") and odd in CUT:
        assert headlines(tmp_path) == ["Bài đầu"]
    else:
        assert headlines(tmp_path) == ["Bài đầu", "Bài cuối"], done.output
    assert done.exit_code == 4, done.output
    assert re.search(rf"  {form}, .*(byte|record) \d+: .*{re.escape(reason)}", done.stderr), done.stderr


def test_a_length_that_reaches_into_the_next_record_does_not_hide_it(tmp_path: Path) -> None:
    odd = record()
    length = re.findall(rb"\nContent-Length: (\d+)", odd)[0]
    (tmp_path / "x.warc").write_bytes(FIRST + odd.replace(length, b"%d" % (int(length) + 40)) + LAST)
    done = imported(tmp_path, tmp_path / "x.warc")
    assert headlines(tmp_path) == ["Bài đầu", "Bài cuối"]
    assert done.exit_code == 4 and "not the length of what it holds" in done.stderr


def test_a_wrong_length_and_a_damaged_member_hide_nothing_behind_them(tmp_path: Path) -> None:
    long = record(body=page("Bài lạ", body="<p>Câu dài của bài. </p>" * 20_000).encode())
    wrong = re.sub(rb"(?<=\nContent-Length: )\d+", b"50000", long, count=1)
    damaged_member = bytearray(gzip.compress(record("Bài hỏng")))
    damaged_member[60:90] = bytes(30)
    (tmp_path / "x.warc.gz").write_bytes(packed(FIRST, wrong) + damaged_member + packed(LAST))
    assert imported(tmp_path, tmp_path / "x.warc.gz").exit_code == 4
    assert headlines(tmp_path) == ["Bài đầu", "Bài cuối"]


FACTS = {"name": "la", "home_url": "https://la.example/", "title": "Báo Lạ", "timezone": "Asia/Ho_Chi_Minh"}
DESCRIPTIONS: dict[str, tuple[Any, str]] = {
    "a list": ([], "is no JSON object"),
    "a number": (5, "is no JSON object"),
    "no name": ({"home_url": "https://la.example/"}, "it does not say its name, title, timezone"),
    "a path": (FACTS | {"name": "../../evil"}, "is no outlet's name"),
    "NUL": (FACTS | {"name": "a\0b"}, "is no outlet's name"),
    "300 letters": (FACTS | {"name": "x" * 300}, "is no outlet's name"),
    "a space": (FACTS | {"name": " "}, "is no outlet's name"),
    "absent zone": (FACTS | {"timezone": "Mars/Olympus"}, "'Mars/Olympus' is no time zone; UTC is taken for la"),
    "zone is a path": (FACTS | {"timezone": "../../../etc/passwd"}, "is no time zone"),
    "zone is a number": (FACTS | {"timezone": 7}, "is no time zone"),
    "a whole country": (FACTS | {"home_url": "https://com.vn/"}, "is no site of one newspaper"),
    "script": (FACTS | {"home_url": "javascript://la.example/%0aalert(1)"}, "is no web address"),
    "furniture is a number": (FACTS | {"furniture": 7}, "is no list of what pages share"),
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_description_that_cannot_be_is_told(name: str, tmp_path: Path) -> None:
    facts, reason = DESCRIPTIONS[name]
    described = record(
        url="urn:luubao:outlet:la",
        kind="resource",
        http=b"",
        body=json.dumps(facts).encode(),
        moment="2026-05-01T08:00:00Z",
    )
    file = tmp_path / "x.warc"
    file.write_bytes(described + record("Tin lạ", url="https://la.example/1.htm") + FIRST)
    done = imported(tmp_path, file)
    assert done.exit_code == 4 and reason in done.stderr, done.output
    known = CliRunner().invoke(archive, ["articles", "--db", str(tmp_path / "a.db")])
    assert known.exit_code == 0 and "Bài đầu" in known.output
    with open_archive(tmp_path / "a.db") as db:
        names = {row[0] for row in db.execute("SELECT name FROM outlets").fetchall()}
        assert db.execute(
            "SELECT count(*) FROM outlets WHERE timezone NOT IN ('UTC', 'Asia/Ho_Chi_Minh')"
        ).fetchone() == (0,)
    assert names == {"bao"}  # --outlet takes one outlet's pages only


def test_a_zone_that_is_not_known_here_leaves_utc(tmp_path: Path) -> None:
    facts = FACTS | {"timezone": "Mars/Olympus"}
    described = record(url="urn:luubao:outlet:la", kind="resource", http=b"", body=json.dumps(facts).encode())
    file = tmp_path / "x.warc"
    file.write_bytes(described + record("Tin lạ", url="https://la.example/1.htm"))
    assert imported(tmp_path, file, options=()).exit_code == 4
    with open_archive(tmp_path / "a.db") as db:
        assert db.execute("SELECT name, timezone FROM outlets").fetchall() == [("la", "UTC")]


def test_more_outlets_than_locks_may_be_open_come_in_several_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "archive.exchange.importers.import_job._OTHER_FILES", resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 3
    )
    records = [
        record(f"Tin {name}", url=f"https://{name}.example/1.htm") for name in ("mot", "hai", "ba", "bon", "nam")
    ]
    described = [
        record(url=f"urn:luubao:outlet:{name}", kind="resource", http=b"",
               body=json.dumps(FACTS | {"name": name, "home_url": f"https://{name}.example/"}).encode())
        for name in ("mot", "hai", "ba", "bon", "nam")
    ]  # fmt: skip
    (tmp_path / "x.warc").write_bytes(b"".join(described + records))
    first, second, third = (imported(tmp_path, tmp_path / "x.warc", options=()) for _ in range(3))
    assert "bon has to wait, for one import takes 3 outlets. Import the file again" in first.stderr
    assert (first.exit_code, second.exit_code, third.exit_code) == (4, 0, 0)
    assert third.stdout.startswith("0 captures added, 5 were here already")


def damaged(how: str) -> bytes:
    data = bytearray(bundle(FIRST, zipfile.ZIP_STORED))
    entry = data.find(b"PK\x01\x02")
    if how == "encrypted":
        data[entry + 8] |= 1
        data[6] |= 1
    else:
        data[entry + 10], data[8] = 99, 99
    return bytes(data)


@pytest.mark.parametrize("how", ["encrypted", "packed in a way nobody knows"])
def test_a_member_that_cannot_be_opened_keeps_nobody_from_other_files(how: str, tmp_path: Path) -> None:
    (tmp_path / "bad.wacz").write_bytes(damaged(how))
    (tmp_path / "good.warc").write_bytes(LAST)
    done = imported(tmp_path, tmp_path / "bad.wacz", tmp_path / "good.warc")
    assert (done.exit_code, headlines(tmp_path)) == (4, ["Bài cuối"])
    assert "bad.wacz, archive/data.warc.gz: " in done.stderr


def test_a_wacz_without_warc_files_says_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.wacz", "w") as made:
        made.writestr("data.warc", FIRST)
    (tmp_path / "good.warc").write_bytes(LAST)
    done = imported(tmp_path, tmp_path / "x.wacz", tmp_path / "good.warc")
    assert done.exit_code == 4 and "it holds no WARC file under archive/" in done.stderr


def test_a_signal_amid_a_query_closes_the_run(tmp_path: Path) -> None:
    """Where a cursor is still open, SQLite goes on interrupting all statements that follow."""

    def amid_a_query(_: object) -> None:
        (connection,) = signals._connections
        rows = connection.execute("SELECT 1 UNION SELECT 2")
        next(rows)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    (tmp_path / "x.warc").write_bytes(FIRST + LAST)
    outlet = Outlet("bao", "Báo", "https://bao.example/", ("bao.example",))
    gc.collect()  # connections of other tests
    with pytest.raises(signals.Interrupted), signals.handle_signals():
        import_files(
            tmp_path / "a.db",
            [tmp_path / "x.warc"],
            OutletMatcher([outlet]),
            pictures=tmp_path,
            jobs=0,
            progress=amid_a_query,
        )
    with open_archive(tmp_path / "a.db") as db:
        assert db.execute("SELECT outcome FROM runs").fetchall() == [("interrupted",)]


NO_FRAME = b"\x28\xb5\x2f\xfd\x00\xa8\x03\x00\x00"  # asks for 2 GB of memory
FLAW = bytes(20)
STREAMS: dict[str, Any] = {
    "frame.warc.zst": lambda: zstd.compress(FIRST) + NO_FRAME + zstd.compress(LAST),
    "noise.warc.zst": lambda: zstd.compress(FIRST) + b"noise" * 100,
    "flaw.warc.zst": lambda: _flawed(zstd.compress(FIRST + Random(1).randbytes(900_000))),
    "flaw.warc.gz": lambda: _flawed(gzip.compress(FIRST + Random(1).randbytes(900_000))),
}


def _flawed(data: bytes) -> bytes:
    """With other bytes in the middle and at the end."""
    return data[: len(data) // 2] + FLAW + data[len(data) // 2 + len(FLAW) : -len(FLAW)] + FLAW


@pytest.mark.parametrize("form", STREAMS)
def test_what_stands_before_the_damage_of_a_whole_stream_is_taken(form: str, tmp_path: Path) -> None:
    (tmp_path / form).write_bytes(STREAMS[form]())
    done = imported(tmp_path, tmp_path / form)
    assert (done.exit_code, headlines(tmp_path)) == (4, ["Bài đầu"]), done.output
    assert re.search(rf"  {form}, (after record 1|byte \d+): ", done.stderr), done.stderr


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A folder of wget's, beside it what is nobody's business."""
    folder = tmp_path / "mirror" / "bao.example"
    folder.mkdir(parents=True)
    (folder / "a.html").write_text(page("Bài tốt"))
    (tmp_path / "private.html").write_text(page("Riêng tư"))
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "in.html").write_text(page("Riêng tư trong thư mục"))
    return folder


@pytest.mark.parametrize("what", ["file", "folder", "/", "/dev/zero", "fifo", "itself", "nothing", "folder itself"])
def test_a_link_that_leads_outside_is_told_and_not_followed(what: str, mirror: Path, tmp_path: Path) -> None:
    odd = mirror / "odd.html"
    targets: dict[str, Path | str] = {"file": tmp_path / "private.html", "folder": tmp_path / "outside", "/": "/", "/dev/zero": "/dev/zero",
               "itself": odd, "nothing": tmp_path / "nothing", "folder itself": mirror}  # fmt: skip
    if what == "fifo":
        os.mkfifo(odd)
    else:
        odd.symlink_to(targets[what])
    done = imported(tmp_path, mirror.parent)
    assert (done.exit_code, headlines(tmp_path)) == (4, ["Bài tốt"]), done.output
    assert "bao.example/odd.html: " in done.stderr


def test_a_link_that_stays_inside_is_followed(mirror: Path, tmp_path: Path) -> None:
    (mirror / "b.html").symlink_to(mirror / "a.html")
    done = imported(tmp_path, mirror.parent)
    assert done.exit_code == 0 and done.stdout.startswith("2 captures added")


@pytest.mark.parametrize(
    "when",
    [
        "Mon Jan 01 0001 00:00:00 GMT+1400",
        "Mon, 18 May 9999 06:30:00 -1200",
        "Mon, 18 May 2026 06:30:00 +9999",
        "gestern",
    ],
)
def test_a_time_that_cannot_be_is_told(when: str, mirror: Path, tmp_path: Path) -> None:
    comment = f"<!-- Mirrored from bao.example/x.html by HTTrack Website Copier/3.x [x], {when} -->"
    (mirror / "x.html").write_text(comment + page("Bài lạ"))
    done = imported(tmp_path, mirror.parent)
    assert "Bài tốt" in headlines(tmp_path)
    assert done.exit_code == (4 if "Bài lạ" not in headlines(tmp_path) else 0), done.output


def test_a_name_of_any_bytes_is_read(mirror: Path, tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(mirror) + b"/\xff\xfe.html")).write_text(page("Tên lạ"))
    done = imported(tmp_path, mirror.parent)
    assert done.exit_code == 0 and set(headlines(tmp_path)) == {"Bài tốt", "Tên lạ"}
    with open_archive(tmp_path / "a.db") as db:
        assert ("http://bao.example/%FF%FE.html",) in db.execute("SELECT requested_url FROM captures").fetchall()


@pytest.mark.parametrize("what", ["fifo", "/dev/null", "/dev/zero"])
def test_what_is_no_file_is_passed_over_beside_others(what: str, tmp_path: Path) -> None:
    odd = tmp_path / "odd.warc"
    os.mkfifo(odd) if what == "fifo" else odd.symlink_to(what)
    (tmp_path / "good.warc").write_bytes(LAST)
    done = imported(tmp_path, odd, tmp_path / "good.warc")
    assert (done.exit_code, headlines(tmp_path)) == (4, ["Bài cuối"])
    assert "it is neither a file nor a folder" in done.stderr


def test_headers_beyond_their_bound_are_cut_and_the_capture_says_so(tmp_path: Path) -> None:
    http = OK + b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 100) for n in range(3000))
    (tmp_path / "x.warc").write_bytes(record(http=http))
    assert imported(tmp_path, tmp_path / "x.warc").exit_code == 0
    with open_archive(tmp_path / "a.db") as db:
        size, detail = db.execute(
            "SELECT length(response), detail FROM captures JOIN headers ON capture_id = id"
        ).fetchone()
    assert size < 6000 and re.fullmatch(r"left: 3\d\d,\d\d\d bytes of headers", detail)


ZEROS = bytes(8 * 1024 * 1024)
BOMBS: dict[str, Any] = {
    "zeros.warc.zst": lambda: zstd.compress(FIRST + b"WARC/1.0\r\nContent-Length: 99999999\r\n\r\n" + ZEROS),
    "zeros.warc.gz": lambda: packed(FIRST, record(body=ZEROS)),
    "whole.warc.gz": lambda: gzip.compress(FIRST + record(body=os.urandom(40_000)) + record(body=ZEROS)),
    "zeros-after-the-last.warc.gz": lambda: packed(FIRST, ZEROS),
    "zeros-within.warc": lambda: FIRST + record(http=OK + b"Content-Encoding: gzip\r\n", body=gzip.compress(ZEROS)),
    "brotli-within.warc": lambda: FIRST + record(http=OK + b"Content-Encoding: br\r\n", body=brotli.compress(ZEROS)),
    "zeros.wacz": lambda: bundle(FIRST + record(body=ZEROS), zipfile.ZIP_DEFLATED),
}


@pytest.mark.parametrize("form", BOMBS)
def test_a_file_that_unpacks_to_too_much_keeps_what_came_before(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever packs it. The ratio is a setting: with a larger one the same file is read to its end."""
    monkeypatch.setattr(packing, "ALWAYS_ALLOWED", 1024 * 1024)
    (tmp_path / form).write_bytes(BOMBS[form]())
    (tmp_path / "good.warc").write_bytes(LAST)
    files = tmp_path / form, tmp_path / "good.warc"
    done = imported(tmp_path, *files, options=(*OUTLET, "--unpack-ratio", "20"))
    assert done.exit_code == 4 and "Bài cuối" in headlines(tmp_path)
    assert "it unpacks to more than 20 times its size and 1 MB, so the rest was left out" in done.stderr
    assert "raise unpack_ratio" in done.stderr
    assert "Bài đầu" in headlines(tmp_path)
    (tmp_path / "luubao.toml").write_text("[archive]\nunpack_ratio = 100000\n")
    again = CliRunner().invoke(
        luubao, ["--config", str(tmp_path / "luubao.toml"), "import", *map(str, files), "--db", str(tmp_path / "b.db"),
                 "--jobs", "0", *OUTLET]
    )  # fmt: skip
    assert "unpack_ratio" not in again.stderr, again.stderr
