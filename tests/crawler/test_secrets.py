"""What lets somebody in stays outside: a crawl that uses every secret luubao knows leaves none of them anywhere.

The newspaper, the proxy that wants a password and the monitoring service are real, on this machine.
"""

from __future__ import annotations

import base64
import gzip
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from archive import open_archive
from archive.model.errors import Misconfigured
from archive.storage import codecs
from archive.storage.stored_bodies import get_body
from crawler.cli import luubao
from crawler.run.run_command import spider_class
from tests.crawler.receiving import mail_server
from tests.crawler.serving import Answer, Site, article, front, moved, served
from tests.killable_commands import parent_of_all

SECRETS = (
    "Pr0xyPass", "P1ngT0ken", "Redis0Pass", "St0rePass", "St0reKey", "St0reSecret", "St0reToken", "Sm7pPass", "H00kPass",
    "Appr1seT0ken",
)  # fmt: skip
BASIC = base64.b64encode(b"reader:Pr0xyPass").decode()


class Proxy(BaseHTTPRequestHandler):
    """Passes on what comes with the password, and is the monitoring service too, which is not well."""

    came: list[str]

    def do_GET(self) -> None:
        self.came.append(self.headers.get("Proxy-Authorization", ""))
        if self.headers.get("Proxy-Authorization") != f"Basic {BASIC}":
            self.send_error(407)
            return
        asked = urlsplit(self.path)
        onward = HTTPConnection(asked.netloc, timeout=10)
        onward.request("GET", asked._replace(scheme="", netloc="").geturl() or "/")
        answer = onward.getresponse()
        body = answer.read()
        onward.close()
        self.send_response(answer.status)
        for name in ("Content-Type", "Location"):
            if value := answer.headers.get(name):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.came.append(self.path)
        self.send_error(500)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """Its host and port, and what came."""
    came: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Proxying", (Proxy,), {"came": came}))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", came
    finally:
        server.shutdown()
        server.server_close()


def crawled(*words: str | Path, environment: dict[str, str] | None = None) -> tuple[int, bytes]:
    """A crawl in a process of its own: exit code, and all it said."""
    done = parent_of_all().run("crawl", "demo", *words, "-v", "--json", env={**os.environ, **(environment or {})})
    return done.code, (done.out + done.err).encode()


def said(*words: str | Path, environment: dict[str, str] | None = None) -> tuple[int, bytes]:
    """A command that crawls nothing: exit code, and all it said."""
    done = CliRunner().invoke(luubao, [*map(str, words)], env=environment)
    return done.exit_code, done.output.encode()


def holds(data: bytes, *secrets: str) -> list[str]:
    """Which secrets stand in it, packed or not."""
    whole = data + (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else b"")
    return [secret for secret in secrets if secret.encode() in whole]


@pytest.fixture
def paper() -> Iterator[Site]:
    """A newspaper whose links, redirects and pictures name somebody's password."""
    with served({}) as site:
        place = site.base_url.removeprefix("http://")
        inside = f"http://editor:L1nkPass@{place}"
        picture = f'<figure><img src="{inside}/cau.jpg"><figcaption>Cầu</figcaption></figure>'
        site.answers = {
            "/": front(f"{inside}/bai-1.htm", "/bai-2.htm"),
            "/bai-1.htm": article("Cầu mới thông xe", picture),
            "/bai-2.htm": moved(f"{inside}/bai-3.htm"),
            "/bai-3.htm": article("Nước sông lên nhanh"),
            "/cau.jpg": Answer(b"no picture", 404),
        }
        yield site


def test_a_crawl_by_every_secret_leaves_none(paper: Site, tmp_path: Path) -> None:
    pytest.importorskip("apprise")
    folder = tmp_path / "kept"
    folder.mkdir()
    db, config = folder / "luubao.db", tmp_path / "luubao.toml"
    with proxy() as (place, came), refusing() as store, mail_server() as mail:
        config.write_text(f'[alert.all]\nto = ["{mail.address("Sm7pPass")}", "$HOOK"]\n')
        secrets = {
            "http_proxy": f"http://reader:Pr0xyPass@{place}", "no_proxy": "", "LUUBAO_CONFIG": str(config),
            "LUUBAO_PING_URL": f"http://{place}/ping/P1ngT0ken", "LUUBAO_QUEUE": "redis://:Redis0Pass@127.0.0.1:1/0",
            "HOOK": "json://boss:H00kPass@127.0.0.1:1/hook/Appr1seT0ken", **KEYS, **store,
        }  # fmt: skip
        code, log = crawled("--db", db, "--base-url", paper.base_url, environment=secrets)
        assert code == 6, log  # the monitoring service was not well, which is a warning
        assert f"Basic {BASIC}" in came and any("P1ngT0ken" in one for one in came), "the secrets were not used"
        assert "/bai-3.htm" in paper.log
        paper.answers = {**paper.answers, "/": front("/bai-4.htm"), "/bai-4.htm": article("Cầu lại tắc")}
        _, more = crawled("--db", db, "--base-url", paper.base_url, environment=secrets)
        assert holds(log + more, *SECRETS, BASIC) == []
        assert mail.asked.is_set() and any("Appr1seT0ken" in one for one in came), "no alert was sent"
        for words in (
            *((*alerts, "--db", db) for alerts in (("alerts", "list"), ("alerts", "send"))), ("alerts", "test", "all"),
            ("push", "s3://library/papers", "--db", db), ("pull", "s3://library/papers", "--to", tmp_path / "x.db"),
            ("settings",), ("settings", "--json"), ("settings", "demo"),
            ("worker", "--queue", secrets["LUUBAO_QUEUE"], "--archives", folder),
        ):  # fmt: skip
            code, told = said(*words, environment=secrets | {"no_proxy": "127.0.0.1"})
            assert holds(told, *SECRETS, BASIC) == [], words
            assert told and b"Traceback" not in told and (words[0] != "settings" or code == 0), told
    assert not any("Cookie" in headers for _, headers in paper.asked)
    for words in (
        ("articles",), ("runs",), ("runs", "--json"), ("status", "--html", db.with_name("status.html")), ("show", "1"),
        ("status", "--json"), ("verify",), ("push", "s3://key:St0rePass@library"), *EXPORTS,
    ):  # fmt: skip
        target = ("--to", folder / words[1]) if words[0] == "export" else ()
        _, told = said(*words, *target, "--db", db)
        assert holds(told, *SECRETS, BASIC) == [], words
    code, told = said("crawl", "demo", "--queue", secrets["LUUBAO_QUEUE"])
    assert (code, holds(told, *SECRETS)) == (2, []), told
    assert said("backup", folder / "backup", "--db", db)[0] == 0
    files = [path for path in folder.rglob("*") if path.is_file()]
    kinds = {"luubao.db", "status.html", "backup", *(kind for _, kind in EXPORTS)}
    assert {path.relative_to(folder).parts[0] for path in files} >= kinds
    for path in files:
        assert holds(path.read_bytes(), *SECRETS, BASIC) == [], path
    assert holds(unpacked(db), *SECRETS, BASIC) == []


def unpacked(path: Path) -> bytes:
    """All that lies packed in an archive."""
    with open_archive(path) as db:
        bodies = [get_body(db, body_id) or b"" for (body_id,) in db.execute("SELECT id FROM bodies").fetchall()]
        aside = [codecs.decompress(data) for (data,) in db.execute("SELECT reading FROM set_aside").fetchall()]
    return b"".join(bodies + aside)


EXPORTS = [("export", kind) for kind in ("warc", "jsonl", "csv", "html", "sqlite")]


class Refusing(BaseHTTPRequestHandler):
    """An object store that refuses, and repeats in its response what it was sent, as S3 does (SignatureDoesNotMatch)."""

    def do_GET(self) -> None:
        sent = " ".join(self.headers.get(name, "") for name in ("Authorization", "x-amz-security-token"))
        body = f"<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{sent}</StringToSign></Error>".encode()
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


KEYS = {
    "AWS_ACCESS_KEY_ID": "St0reKey", "AWS_SECRET_ACCESS_KEY": "St0reSecret", "AWS_SESSION_TOKEN": "St0reToken",
    "AWS_REGION": "x",
}  # fmt: skip


@contextmanager
def refusing() -> Iterator[dict[str, str]]:
    """The environment variable that names the store."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield {"AWS_ENDPOINT_URL": f"http://boss:St0rePass@127.0.0.1:{server.server_port}"}
    finally:
        server.shutdown()
        server.server_close()


def test_an_object_store_that_repeats_keys_is_not_repeated(tmp_path: Path) -> None:
    with open_archive(tmp_path / "luubao.db", create=True):
        pass
    with refusing() as store:
        code, told = said("push", "s3://library/papers", "--db", tmp_path / "luubao.db", environment=KEYS | store)
    assert code == 1
    assert b"403 Forbidden: SignatureDoesNotMatch" in told
    assert holds(told, "boss", "St0re") == [], told


def test_addresses_lose_their_credentials_wherever_they_come_from(paper: Site, tmp_path: Path) -> None:
    db = tmp_path / "luubao.db"
    code, log = crawled("--db", db, "--base-url", paper.base_url)
    assert (code, holds(log, "L1nkPass")) == (0, []), log
    assert {"/bai-1.htm", "/bai-3.htm", "/cau.jpg"} <= set(paper.log)
    assert not any("Authorization" in headers for _, headers in paper.asked)
    connection = sqlite3.connect(db)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    held = [
        (table, column)
        for table in tables
        for _, column, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall()
        if connection.execute(f"SELECT 1 FROM {table} WHERE instr({column}, 'L1nkPass')").fetchone()
    ]
    connection.close()
    assert held == []


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("settings",), {"LUUBAO_PING_URL": "https://boss:S3cret@hc.example/ping"}),
        (("settings",), {"LUUBAO_CONTACT": "https://boss:S3cret@library.example/"}),
        (("settings",), {"LUUBAO_STORE": "s3://boss:S3cret@library/papers"}),
        (("settings",), {"LUUBAO_PICTURES": "s3://boss:S3cret@library/papers"}),
        (("settings",), {"LUUBAO_QUEUE": "http://boss:S3cret@10.0.0.5/"}),
        (("settings",), {"LUUBAO_PING_URL": "hc.example/S3cret"}),
        (("crawl", "demo", "--contact", "https://boss:S3cret@library.example/"), {}),
        (("outlets", "probe", "boss:S3cret@bao.example"), {}),
        (("push", "s3://boss:S3cret@library/papers"), {}),
        (("import", __file__, "--outlet", "bao", "--home", "https://boss:S3cret@bao.example/"), {}),
    ],
)
def test_a_password_in_an_address_is_refused_in_a_sentence_that_does_not_repeat_it(
    words: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> None:
    with open_archive(tmp_path / "luubao.db", create=True):
        pass
    db = () if words[0] in ("settings", "outlets") else ("--db", tmp_path / "luubao.db")
    code, told = said(*words, *db, environment=environment)
    assert code in (1, 2), told
    assert told.strip(), "no sentence"
    assert holds(told, "S3cret", "boss", "Traceback") == [], told


def test_a_site_is_not_crawled_with_a_password() -> None:
    with pytest.raises(Misconfigured, match="write it without user:password@"):
        spider_class("demo")(base_url="http://boss:S3cret@127.0.0.1:1/")
