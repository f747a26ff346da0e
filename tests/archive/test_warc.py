"""WARC out and in: what leaves is whole, true and replayed by others; what comes back makes the same versions."""

from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from backports import zstd
from click.testing import CliRunner
from hypothesis import Phase, given
from sqlite_utils import Database
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import Capture, Picture, PictureCapture, Run, finish_run, ingest, keep_picture, open_archive, start_run
from archive.cli import archive
from archive.exchange.exporters.warc_files import export_warc
from archive.pictures import recognise
from archive.pipeline.verification import verify
from archive.storage.captures.capture_stream import Scope
from tests.archive.test_late_captures import HISTORIES, arrive, captures_of
from tests.archive_contents import told
from tests.replay import needs_tools, pywb, tool
from tests.support import NOON, PAPER, Shoot, examples, new_archive, page

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
URL = "https://bao.example/a-1.htm"
IMAGE = "https://bao.example/anh/cau.png"


def luubao(*arguments: object, exits: int = 0) -> str:
    done = CliRunner().invoke(archive, [str(one) for one in arguments])
    assert done.exit_code == exits, done.output
    return done.output


def with_picture(headline: str) -> str:
    figure = f'<figure><img src="{IMAGE}"><figcaption>Cầu mới. Ảnh: Minh An</figcaption></figure>'
    return page(headline).replace("</article>", f"{figure}</article>")


@pytest.fixture
def paper(path: Path, db: Database, run: Run, shoot: Shoot) -> Path:
    """An archive of one article in two states with a picture, a redirect to it, a page that is gone, and another one
    that is withdrawn."""
    for headline, hours in (("Tin một", 0), ("Tin hai", 24)):
        ingest(
            db,
            run,
            replace(
                shoot(body=with_picture(headline), hours=hours),
                headers=(
                    ("Content-Type", "text/html; charset=utf-8"),
                    ("Content-Encoding", "br"),
                    ("Content-Length", "77"),
                ),
            ),
        )
    put_picture(db, run, path)
    ingest(db, run, shoot(body=with_picture("Tin hai"), hours=48))
    ingest(
        db,
        run,
        Capture("https://bao.example/cu.htm", URL, NOON + timedelta(hours=50), 301, (("Location", "/a-1.htm"),)),
    )
    ingest(db, run, replace(shoot(body=with_picture("Tin hai"), hours=50), via=("https://bao.example/cu.htm",)))
    ingest(
        db,
        run,
        Capture(
            "https://bao.example/het.htm",
            "https://bao.example/het.htm",
            NOON + timedelta(hours=51),
            404,
            body=b"<p>khong con</p>",
        ),
    )
    ingest(db, run, Capture(URL, URL, NOON + timedelta(hours=52), 304))
    ingest(
        db, run, shoot("https://bao.example/kin.htm", page("Tin kín", body="Chuyện riêng của một người. " * 9), hours=1)
    )
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON + timedelta(hours=60))
    luubao("withdraw", "https://bao.example/kin.htm", "--reason", "asked", "--db", path)
    return path


def put_picture(db: Database, run: Run, path: Path) -> None:
    picture = recognise(PNG)
    assert isinstance(picture, Picture)
    place = path.with_name(path.name + ".pictures") / picture.path
    place.parent.mkdir(parents=True)
    place.write_bytes(PNG)
    (image_id,) = db.execute("SELECT id FROM images WHERE url = ?", [IMAGE]).fetchone()
    for hours in (25, 49):
        keep_picture(
            db, run, PictureCapture(image_id, NOON + timedelta(hours=hours), IMAGE, 200, picture=picture), timedelta()
        )


def records(folder: Path) -> list[Any]:
    found = []
    for file in sorted(folder.glob("*.warc.gz")):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                facts = dict(record.rec_headers.headers)
                found.append((record.rec_type, facts, record.http_headers, record.content_stream().read()))
    return found


def test_every_capture_leaves_with_its_request(paper: Path, tmp_path: Path) -> None:
    said = luubao("export", "warc", "--db", paper, "--to", tmp_path / "w")
    assert said.startswith("9 captures, ")
    assert "1 withdrawn articles were left out" in said
    kinds = [kind for kind, *_ in records(tmp_path / "w")]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        # two pages, the redirect, the 404, the picture; then: two revisits, the 304, the picture again; what redirected,
        # the head of the 304, the end
        "warcinfo": 1, "resource": 1, "response": 5, "request": 7, "revisit": 4, "metadata": 3,
    }  # fmt: skip


def test_headers_are_true_of_what_is_in_the_record(paper: Path, tmp_path: Path) -> None:
    luubao("export", "warc", "--db", paper, "--to", tmp_path / "w")
    first = next(one for one in records(tmp_path / "w") if one[0] == "response")
    body = with_picture("Tin một").encode()
    assert first[3] == body
    assert first[2].headers == [
        ("Content-Type", "text/html; charset=utf-8"),
        ("X-Archive-Orig-Content-Encoding", "br"),
        ("X-Archive-Orig-Content-Length", "77"),
        ("Content-Length", str(len(body))),
    ]


def test_a_revisit_names_what_it_repeats(paper: Path, tmp_path: Path) -> None:
    luubao("export", "warc", "--db", paper, "--to", tmp_path / "w")
    revisits = [facts for kind, facts, *_ in records(tmp_path / "w") if kind == "revisit"]
    assert [(one["WARC-Profile"].rpartition("/")[2], one["WARC-Refers-To-Date"]) for one in revisits] == [
        ("identical-payload-digest", "2026-05-21T12:00:00Z"),
        ("identical-payload-digest", "2026-05-21T13:00:00Z"),
        ("identical-payload-digest", "2026-05-21T12:00:00Z"),
        ("server-not-modified", "2026-05-21T12:00:00Z"),
    ]


def test_a_304_refers_to_its_own_address_though_a_withdrawn_article_had_the_same_bytes(
    path: Path, db: Database, run: Run, shoot: Shoot, tmp_path: Path
) -> None:
    body = page("Tin chung", "Hai nơi cùng đăng một trang. " * 9)
    ingest(db, run, shoot(URL, body, hours=0))
    ingest(db, run, shoot("https://bao.example/kin.htm", body, hours=1))
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON + timedelta(hours=2))
    later = start_run(db, PAPER, {}, NOON + timedelta(hours=24))
    ingest(db, later, Capture(URL, URL, NOON + timedelta(hours=24), 304))
    finish_run(db, later, outcome="ok", reason=None, stats={}, moment=NOON + timedelta(hours=25))
    luubao("export", "warc", "--db", path, "--run", later.id, "--to", tmp_path / "w")
    (facts,) = [facts for kind, facts, *_ in records(tmp_path / "w") if kind == "revisit"]
    assert (facts["WARC-Refers-To-Target-URI"], facts["WARC-Refers-To-Date"]) == (URL, "2026-05-20T12:00:00Z")


def test_nothing_of_a_withdrawn_article_leaves(paper: Path, tmp_path: Path) -> None:
    luubao("export", "warc", "--db", paper, "--to", tmp_path / "w")
    everything = b"".join(gzip.decompress(file.read_bytes()) for file in (tmp_path / "w").iterdir())
    assert b"kin.htm" not in everything and "Chuyện riêng".encode() not in everything


@needs_tools
def test_validators_find_nothing(paper: Path, tmp_path: Path) -> None:
    luubao("export", "warc", "--db", paper, "--to", tmp_path / "w")
    luubao("export", "warc", "--db", paper, "--to", tmp_path / "z", "--zstd")
    # of a revisit, FastWARC compares the digest of what it repeats with its own empty payload
    revisits = {facts["WARC-Record-ID"] for kind, facts, *_ in records(tmp_path / "w") if kind == "revisit"}
    for file in [*(tmp_path / "w").iterdir(), *(tmp_path / "z").iterdir()]:
        checked = tool("fastwarc", "check", "--quiet", "--output", tmp_path / "said", file)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        tool("fastwarc", "check", "--verify-payloads", "--quiet", "--output", tmp_path / "said", file)
        said = [line.partition(": ") for line in (tmp_path / "said").read_text().splitlines()]
        assert len(said) == 21 and {verdict for number, _, verdict in said if number not in revisits} == {
            "OK, PAYLOAD_OK", "OK, PAYLOAD_NO_DIGEST",
        }  # fmt: skip


@pytest.mark.slow
def test_a_new_file_is_begun_where_one_has_grown_large(
    db: Database, run: Run, shoot: Shoot, path: Path, tmp_path: Path
) -> None:
    noise = random.Random(1)
    for number in range(40):
        text = "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(40_000))
        ingest(db, run, shoot(f"https://bao.example/x-{number}.htm", page(f"Tin {number}", body=text), hours=number))
    luubao("export", "warc", "--db", path, "--to", tmp_path / "w", "--size", 1)
    files = sorted((tmp_path / "w").iterdir())
    assert len(files) >= 3
    for file in files[:-1]:
        assert 1_000_000 <= file.stat().st_size < 1_600_000
    assert [kind for kind, *_ in records(tmp_path / "w")].count("warcinfo") == len(files)


@needs_tools
@pytest.mark.slow
def test_pywb_replays_article_picture_and_the_version_of_a_day(paper: Path, tmp_path: Path) -> None:
    luubao("export", "warc", "--db", paper, "--to", tmp_path / "w")
    (tmp_path / "pywb").mkdir()
    with pywb(tmp_path / "pywb", list((tmp_path / "w").iterdir())) as replay:
        assert replay.get("20260520120000", URL) == (200, with_picture("Tin một").encode())
        assert replay.get("20260521120000", URL) == (200, with_picture("Tin hai").encode())
        assert replay.get("20260522140000", URL) == (200, with_picture("Tin hai").encode())  # a revisit
        assert replay.get("20260521130000", IMAGE) == (200, PNG)
        assert replay.get("20260522130000", IMAGE) == (200, PNG)
        assert replay.get("20260522150000", "https://bao.example/het.htm") == (404, b"<p>khong con</p>")
        status, shown = replay.get("20260520120000", URL, how="mp_")  # as a reader sees it
        assert status == 200 and "Tin một".encode() in shown and f"im_/{IMAGE}".encode() in shown
        assert replay.get("20260520130000", "https://bao.example/kin.htm")[0] == 404


def test_what_comes_back_makes_the_same(paper: Path, tmp_path: Path) -> None:
    luubao("export", "warc", "--db", paper, "--to", tmp_path / "w")
    again = tmp_path / "again.db"
    said = luubao("import", "--db", again, *(tmp_path / "w").iterdir())
    assert said == "7 captures added, 0 were here already; 2 fetches of pictures added\n"
    with open_archive(paper) as old, open_archive(again) as new:
        assert told(new) == told(old)
        folder = again.with_name("again.db.pictures")
        assert [(one.where, one.what) for one in verify(new, pictures=folder)] == []
        assert facts(new) == [row for row in facts(old) if "kin.htm" not in row[0]]
    before = again.read_bytes()
    said = luubao("import", "--db", again, *(tmp_path / "w").iterdir())
    assert said == "0 captures added, 7 were here already; 0 fetches of pictures added\n"
    with open_archive(again) as new:
        assert new.execute("SELECT count(*) FROM runs").fetchone() == (1,)
    assert again.read_bytes() == before


def facts(db: Database) -> list[Any]:
    """All captures with their headers, as sets: exporting does not keep the order of headers."""
    rows = db.execute(
        "SELECT requested_url, final_url, captured_at, status, outcome, via, digest, request, response FROM captures"
        " JOIN headers ON capture_id = captures.id LEFT JOIN bodies ON bodies.id = body_id ORDER BY captured_at, captures.id"
    ).fetchall()
    return [(*row[:7], *(sorted(map(tuple, json.loads(text))) for text in row[7:])) for row in rows]


@examples(25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(HISTORIES)
def test_a_round_trip_changes_nothing(tmp_path_factory: pytest.TempPathFactory, history: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("round")
    with open_archive(new_archive(folder / "a.db"), create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        arrive(db, run, captures_of(history)).file_pending()
        old = told(db)
    luubao("export", "warc", "--db", folder / "a.db", "--to", folder / "w")
    files = list((folder / "w").iterdir())
    if captures_of(history):
        luubao("import", "--db", folder / "b.db", "--jobs", 0, *files)
        with open_archive(folder / "b.db") as db:
            assert told(db) == old
            assert list(verify(db)) == []


# --- what others wrote ------------------------------------------------------------------------------------------------


def written(
    entries: list[tuple[str, str, str]], *, version: str = "1.0", compress: bool = True, chunked: bool = False
) -> bytes:
    """A WARC as another crawler writes it: (address, time, page)."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=compress, warc_version=version)
    writer.write_record(writer.create_warcinfo_record("other.warc.gz", {"software": "Heritrix/3.4"}))
    for url, moment, html in entries:
        data = html.encode()
        headers = [("Content-Type", "text/html; charset=utf-8")]
        if chunked:
            data = gzip.compress(data)
            data = b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)
            headers += [("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]
        http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(data),
                length=len(data),
                http_headers=http,
                warc_headers_dict={"WARC-Date": moment},
            )
        )
    return file.getvalue()


ENTRIES = [
    (URL, "2019-03-01T08:00:00Z", page("Tin xưa")),
    (URL, "2020-03-01T08:00:00.123456Z", page("Tin xưa, sửa lại")),
]


def zstandard(data: bytes) -> bytes:
    dictionary = zstd.train_dict([page(f"Tin {n}").encode() for n in range(60)], 4000)
    frame = zstd.compress(dictionary.dict_content)
    return b"\x5d\x2a\x4d\x18" + len(frame).to_bytes(4, "little") + frame + zstd.compress(data, zstd_dict=dictionary)


def arc(entries: list[tuple[str, str, str]]) -> bytes:
    """The format of before 2009: a line of five fields, then the answer."""
    head = "1 0 Archive\nURL IP-address Archive-date Content-type Archive-length\n"
    found = f"filedesc://x.arc 0.0.0.0 20190301080000 text/plain {len(head)}\n{head}\n".encode()
    for url, moment, html in entries:
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
        stamp = "".join(one for one in moment[:19] if one.isdigit())
        found += f"{url} 10.0.0.1 {stamp} text/html {len(block)}\n".encode() + block + b"\n"
    return found


def wacz(data: bytes, member: str = "archive/data.warc.gz") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr(member, data)
        bundle.writestr("datapackage.json", "{}")
        bundle.writestr("__MACOSX/archive/._data.warc.gz", b"\0\5\26\7")
    return file.getvalue()


FORMATS = {
    "1.0.warc.gz": written(ENTRIES),
    "1.1.warc.gz": written(ENTRIES, version="1.1"),
    "plain.warc": written(ENTRIES, compress=False),
    "whole.warc.gz": gzip.compress(written(ENTRIES, compress=False)),
    "chunked.warc.gz": written(ENTRIES, chunked=True),
    "frames.warc.zst": zstd.compress(written(ENTRIES, compress=False)),
    "dictionary.warc.zst": zstandard(written(ENTRIES, compress=False)),
    "old.arc": arc(ENTRIES),
    "old.arc.gz": gzip.compress(arc(ENTRIES)),
    "bundle.wacz": wacz(written(ENTRIES)),
    "bundle.wacz.zip": wacz(written(ENTRIES)),
    "folder.wacz": wacz(written(ENTRIES), "crawl/archive/DATA.WARC.GZ"),
    "several.wacz": wacz(wacz(written(ENTRIES)), "crawl-0.wacz"),
    "unfinished.warc.gz.open": written(ENTRIES),
}


@pytest.mark.parametrize("name", FORMATS)
def test_any_of_the_formats_is_read(name: str, tmp_path: Path) -> None:
    file, path = tmp_path / name, tmp_path / "a.db"
    file.write_bytes(FORMATS[name])
    said = luubao("import", file, "--db", path, "--jobs", 0, "--outlet", "bao", "--home", "https://bao.example/")
    assert said == "2 captures added, 0 were here already\n"
    with open_archive(path) as db:
        assert db.execute("SELECT number, headline, first_seen_at FROM versions ORDER BY number").fetchall() == [
            (1, "Tin xưa", "2019-03-01T08:00:00Z"),
            (2, "Tin xưa, sửa lại", "2020-03-01T08:00:00Z"),
        ]
        assert db.execute("SELECT source, record IS NOT NULL FROM origins").fetchall()[0][0] == name
        assert db.execute("SELECT kind, source FROM runs").fetchall() == [("import", name)]


MANY = [
    (
        f"https://bao.example/t-{n}.htm",
        f"2019-03-{n + 1:02}T08:00:00Z",
        page(f"Tin số {n}", body=f"Câu chuyện thứ {n}. " * 20),
    )
    for n in range(12)
]


def test_an_export_that_was_cut_between_records_is_known_as_half(paper: Path, tmp_path: Path) -> None:
    luubao("export", "warc", "--db", paper, "--to", tmp_path / "w")
    (file,) = (tmp_path / "w").iterdir()
    data = file.read_bytes()
    starts = [moment for moment in range(len(data)) if data.startswith(b"\x1f\x8b\x08", moment)]
    for name, cut in (("end", data[: starts[-1]]), ("middle", data[: starts[6]] + data[starts[7] :])):
        half = tmp_path / f"{name}.warc.gz"
        half.write_bytes(cut)
        said = luubao("import", half, "--db", tmp_path / f"{name}.db", "--jobs", 0, exits=4)
        assert "the file is not whole" in said, name
    whole = luubao("import", file, "--db", tmp_path / "whole.db", "--jobs", 0)
    assert "not whole" not in whole


def test_an_export_made_again_is_the_same_and_no_error(paper: Path, tmp_path: Path) -> None:
    for form, target in (("warc", "w"), ("wacz", "x.wacz"), ("bag", "b"), ("html", "h"), ("sqlite", "s")):
        luubao("export", form, "--db", paper, "--to", tmp_path / target)
        luubao("export", form, "--db", paper, "--to", tmp_path / target)
        luubao("export", form, "--db", paper, "--to", tmp_path / f"again-{target}")
        assert contents(tmp_path / target) == contents(tmp_path / f"again-{target}"), form


def contents(place: Path) -> dict[str, bytes]:
    files = [one for one in place.rglob("*") if one.is_file()] if place.is_dir() else [place]
    return {str(one.relative_to(place)): one.read_bytes() for one in files}


def test_a_set_whose_next_file_is_missing_is_known_as_half(
    db: Database, run: Run, shoot: Shoot, path: Path, tmp_path: Path
) -> None:
    for number in range(4):
        ingest(db, run, shoot(f"https://bao.example/x-{number}.htm", page(f"Tin {number}"), hours=number))
    export_warc(db, tmp_path, Scope(), pictures=None, size=1)
    first, second, *_ = sorted(tmp_path.glob("*.warc.gz"))
    second.unlink()
    said = luubao("import", first, "--db", tmp_path / "a.db", "--jobs", 0, exits=4)
    assert f"it goes on in '{second.name}', which is not beside it" in said


def holed(data: bytes) -> bytes:
    """Zeros where the fifth record was."""
    starts = [moment for moment in range(len(data)) if data.startswith(b"\x1f\x8b\x08", moment)]
    return data[: starts[5] + 20] + b"\0" * (starts[6] - starts[5] - 20) + data[starts[6] :]


DAMAGED = {
    "cut.warc.gz": (written(MANY)[:-700], 11, 1),
    "cut.warc": (written(MANY, compress=False)[:-1000], 11, 1),
    "holed.warc.gz": (holed(written(MANY)), 11, 1),
    "garbage-in-front.warc.gz": (b"\x1f\x8b\x08" + b"x" * 999 + written(MANY), 12, 1),
    "garbage-behind.warc.gz": (written(MANY) + b"garbage" * 99, 12, None),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_read_as_far_as_it_goes(name: str, tmp_path: Path) -> None:
    data, articles, skipped = DAMAGED[name]
    (tmp_path / name).write_bytes(data)
    said = luubao(
        "import",
        tmp_path / name,
        "--db",
        tmp_path / "a.db",
        "--jobs",
        0,
        "--outlet",
        "bao",
        "--home",
        "https://bao.example/",
        exits=4,
    )
    with open_archive(tmp_path / "a.db") as db:
        assert db.execute("SELECT count(*) FROM articles").fetchone() == (articles,), said
        assert list(verify(db)) == []
    if skipped:
        assert f"{skipped} records or files could not be read" in said and name in said


def _encoded_bomb() -> bytes:
    zeros = gzip.compress(bytes(300_000_000), 9)
    http = StatusAndHeaders(
        "200 OK", [("Content-Type", "text/html"), ("Content-Encoding", "gzip")], protocol="HTTP/1.1"
    )
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True)
    writer.write_record(
        writer.create_warc_record(URL, "response", payload=io.BytesIO(zeros), length=len(zeros), http_headers=http)
    )
    return file.getvalue()


_LARGE_HEAD = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://bao.example/g.htm\r\n"
    b"WARC-Date: 2019-01-01T00:00:00Z\r\nContent-Length: 100000000000\r\n\r\n"
)
BOMBS: dict[str, Callable[[], bytes]] = {
    "an encoded bomb": _encoded_bomb,
    "a record of 100 GB": lambda: gzip.compress(_LARGE_HEAD + bytes(200_000_000)),
    "a line without end": lambda: gzip.compress(b"WARC/1.0\r\nX: " + b"a" * 200_000_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_what_is_made_to_fill_the_memory_is_passed_over(name: str, tmp_path: Path) -> None:
    (tmp_path / "bomb.warc.gz").write_bytes(BOMBS[name]() + written(MANY))
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (900_000_000,) * 2)\n"
        "from pathlib import Path; from archive.exchange.importers.warc_captures import read_warc; from archive.exchange.importers.import_items import Page\n"
        "items = list(read_warc(Path(sys.argv[1])))\n"
        "print(sum(isinstance(one, Page) for one in items), [one.reason for one in items if not isinstance(one, Page)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "bomb.warc.gz")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.startswith("12 ["), done.stdout + done.stderr[-2000:]


def test_pages_of_other_sites_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "x.warc.gz").write_bytes(
        written([*ENTRIES, ("https://other.example/", "2019-03-01T08:00:00Z", page())])
    )
    said = luubao(
        "import",
        tmp_path / "x.warc.gz",
        "--db",
        tmp_path / "a.db",
        "--jobs",
        0,
        "--outlet",
        "bao",
        "--home",
        "https://bao.example/",
    )
    assert "1 pages of other sites were left out" in said


def test_nothing_for_us_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.warc.gz").write_bytes(written(ENTRIES))
    done = CliRunner().invoke(archive, ["import", str(tmp_path / "x.warc.gz"), "--db", str(tmp_path / "a.db")])
    assert done.exit_code == 1 and "Name one with --outlet and --home" in done.output
    done = CliRunner().invoke(archive, ["import", str(tmp_path / "y.warc.gz"), "--db", str(tmp_path / "a.db")])
    assert done.exit_code == 1 and "there is no file" in done.output
