"""Alerts: what saved searches match is sent by mail and web hook, once, whatever happens in between.

The mail server and the web service are real, on this machine.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive import finish_run, ingest, open_archive, start_run
from archive.pipeline.history_filing import judge_run
from archive.queries import alert_matches
from archive.queries.alert_matches import AlertFilter, items_of, latest, pending
from archive.storage.withdrawals.withdrawal import withdraw
from crawler.alerts import dispatch
from crawler.alerts.messages import AlertMessage, alert_message, truncated
from crawler.cli import luubao
from crawler.config.alert_tables import NO_ALERTS, Alert, Alerts
from crawler.config.settings_in_force import load
from tests.crawler.receiving import free_port, hook, mail_server
from tests.crawler.serving import article, crawl, front, served
from tests.crawler.test_pictures import next_second
from tests.killable_commands import forking
from tests.support import NOON, PAPER, page, shoot

BRIDGE, RIVER = "https://bao.example/cau-1.htm", "https://bao.example/song-2.htm"


def bridge(cost: int) -> str:
    return page("Khởi công cầu Bến Gót", f"Tổng mức đầu tư là {cost} tỷ đồng, lấy từ ngân sách của tỉnh.")


def filed(path: Path, hours: float, *pages: tuple[str, str | None], end: bool = True) -> None:
    """A run that brings the home page and these; None for one that is gone. end: whether the run ends."""
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, NOON + timedelta(hours=hours))
        for url, body in (("https://bao.example/", "<h1>Trang chủ</h1>"), *pages):
            ingest(db, run, shoot(url, body, hours) if body else shoot(url, "<h1>404</h1>", hours, status=404))
        if end:
            judge_run(db, run)
            moment = NOON + timedelta(hours=hours, minutes=1)
            finish_run(db, run, outcome="ok", reason=None, stats={"captures": len(pages)}, moment=moment)


def settings(folder: Path, text: str) -> Alerts:
    (folder / "luubao.toml").write_text(text, "utf-8")
    return load(folder / "luubao.toml", {}).alerts()


def asked(folder: Path, *words: str) -> Result:
    config, db = ("--config", str(folder / "luubao.toml")), ("--db", str(folder / "luubao.db"))
    return CliRunner().invoke(luubao, [*words, *config, *db])


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """An archive of two articles, which knows the alert `all`; later runs edit one."""
    path = tmp_path / "luubao.db"
    filed(path, 0, (BRIDGE, bridge(412)), (RIVER, page("Nước sông Con lên nhanh")))
    with open_archive(path, create=True) as db:
        alert_matches.enroll(db, {"all"}, "2026-05-20T13:00:00Z")
    return path


def matched(path: Path, wanted: AlertFilter) -> list[tuple[str, str]]:
    """Kind and headline of what an alert would be sent."""
    with open_archive(path) as db:
        return [(item.kind, item.headline) for item in items_of(db, pending(db, wanted))]


EDITED, GONE = ("edited", "Khởi công cầu Bến Gót"), ("gone", "Nước sông Con lên nhanh")


def test_what_an_alert_matches(kept: Path) -> None:
    new = ("new", "Chợ quê họp lại")
    filed(kept, 2, (BRIDGE, bridge(421)), (RIVER, None), ("https://bao.example/cho-3.htm", page("Chợ quê họp lại")))
    assert matched(kept, AlertFilter()) == [EDITED, GONE, new]
    assert matched(kept, AlertFilter(kinds=("new", "back"))) == [new]
    assert matched(kept, AlertFilter("ben got")) == [EDITED]
    assert matched(kept, AlertFilter('"412 tỷ"')) == [EDITED], "the words before an edit count"
    assert matched(kept, AlertFilter("bến -gót")) == []
    assert matched(kept, AlertFilter(outlet="bao")) == [EDITED, GONE, new]
    assert matched(kept, AlertFilter(outlet="baokhac")) == []
    assert matched(kept, AlertFilter(section="Thời sự")) == []
    assert matched(kept, AlertFilter(kinds=("edited",), only=("numbers",))) == [EDITED]
    assert matched(kept, AlertFilter(kinds=("edited",), only=("headlines",))) == []
    assert matched(kept, AlertFilter(kinds=("edited",), only=("headlines", "numbers"))) == [EDITED]
    assert matched(kept, AlertFilter(kinds=("edited",), weight=5)) == [EDITED], "a changed number weighs 5"
    assert matched(kept, AlertFilter(kinds=("edited",), weight=50)) == []


def test_a_return_is_told(kept: Path) -> None:
    filed(kept, 2, (RIVER, None))
    filed(kept, 4, (RIVER, page("Nước sông Con lên nhanh")))
    assert matched(kept, AlertFilter()) == [GONE, ("back", "Nước sông Con lên nhanh")]


def test_a_first_run_brings_the_record_and_no_news(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with open_archive(path, create=True) as db:
        alert_matches.enroll(db, {"all"}, "2026-05-20T11:00:00Z")
    filed(path, 0, (BRIDGE, bridge(412)))
    assert matched(path, AlertFilter()) == []


def test_nothing_is_told_while_the_run_may_take_it_back(kept: Path) -> None:
    filed(kept, 2, (BRIDGE, bridge(421)), end=False)
    assert matched(kept, AlertFilter()) == []
    filed(kept, 3, (RIVER, None))  # its beginning ends the run that was killed
    assert matched(kept, AlertFilter()) == [EDITED, GONE]


def test_a_tombstone_written_anew_is_no_news(kept: Path) -> None:
    filed(kept, 2, (RIVER, None))
    with open_archive(kept, create=True) as db:
        dispatch.collect(db, NO_ALERTS)
        row = db.execute("SELECT article_id, gone_at, reason FROM tombstones").fetchone()
        db.execute("INSERT INTO rebuilding VALUES (?)", [row[0]])
        db.execute("DELETE FROM tombstones")
        db.execute("INSERT INTO tombstones (article_id, gone_at, reason) VALUES (?, ?, ?)", row)
        db.execute("DELETE FROM rebuilding")
        db.conn.commit()
    assert matched(kept, AlertFilter()) == []


def test_a_withdrawn_article_is_not_told(kept: Path) -> None:
    filed(kept, 2, (BRIDGE, bridge(421)))
    with open_archive(kept, create=True) as db:
        found = pending(db, AlertFilter())
        withdraw(db, found[0].article_id, "asked for", NOON, destroy=False)
        assert items_of(db, found) == []
        assert pending(db, AlertFilter()) == latest(db, AlertFilter("bến"), 3) == []


def test_a_message_says_the_change_itself(kept: Path) -> None:
    filed(kept, 2, (BRIDGE, bridge(421)))
    with open_archive(kept) as db:
        written = alert_message(Alert("tien", AlertFilter()), items_of(db, pending(db, AlertFilter())), "k")
    assert written.title == "luubao tien: 1 edited"
    assert truncated(written, 2000).splitlines() == [
        "Báo Thử: edited, seen 2026-05-20 21:00",
        "Khởi công cầu Bến Gót",
        "Tổng mức đầu tư là [-412-]{+421+} tỷ đồng, lấy từ ngân sách của tỉnh.",
        BRIDGE,
    ]


def test_a_message_links_the_page_of_each_match_in_the_room(kept: Path, tmp_path: Path) -> None:
    filed(kept, 2, (BRIDGE, bridge(421)), (RIVER, None))
    (alert,) = settings(tmp_path, '[alert.all]\nto = "json://x.example"\nroom = "https://archive.example/"\n').all
    with open_archive(kept) as db:
        written = alert_message(alert, items_of(db, pending(db, AlertFilter())), "k")
        articles = dict(db.execute("SELECT url, id FROM articles").fetchall())
    assert [entry.splitlines()[-1] for entry in written.entries] == [
        f"https://archive.example/-/diff/{articles[BRIDGE]}/v1..v2",
        f"https://archive.example/-/article/{articles[RIVER]}",
    ]


def test_a_message_fits_its_service() -> None:
    written = AlertMessage("luubao x: 90 edited", tuple(f"{n}" * 100 for n in range(9)), 90, "k")
    for limit in (500, 250, 120, 60):
        body = truncated(written, limit)
        assert len(body) <= limit
        assert body.startswith("0000")
        assert f"and {90 - max(1, body.count(chr(10) + chr(10)))} more" in body


MISTAKES = """\
[alert.cau]
words = "-"
kinds = ["edit"]
weight = "high"
only = ["names"]
outlets = "bao"

[alert.tien]
to = "$LUUBAO_NOT_SET"

[alert.song]
to = ["mailto://reader:S3cret@bao.example", "S3cretToken"]

[alert.dung]
to = "json://hooks.example/S3cret"
only = "numbers"

[alert.phong]
to = "json://hooks.example/S3cret"
room = "archive.example"
"""


def test_each_mistake_is_told_with_file_line_and_remedy(tmp_path: Path) -> None:
    found, file = settings(tmp_path, MISTAKES), tmp_path / "luubao.toml"
    assert [alert.name for alert in found.all] == ["dung"], "a mistake stops no other alert"
    assert found.all[0].article_filter == AlertFilter(kinds=("edited",), only=("numbers",))
    assert found.names == {"cau", "tien", "song", "dung", "phong"}
    assert [sentence.partition(" ")[0] for sentence in found.wrong] == [
        f"{file}:{line}" for line in (2, 3, 4, 5, 6, 1, 9, 12, 20)
    ]
    told = "\n".join(found.wrong)
    for remedy in (
        "[alert.cau] words: nothing to search for", 'kinds: must be some of new, edited, gone, back in brackets, such as ["new"]',
        "weight: must be a number from 0 to 1000, such as 8", "outlets: there is no such key. There are: to, words,",
        "to: is missing: add a line such as", "to: is the environment variable LUUBAO_NOT_SET, which is not set: set it",
        "to: address 2 is no address of apprise", "room: must be the URL of a reading room, such as https://archive.example",
    ):  # fmt: skip
        assert remedy in told
    assert "S3cret" not in told + repr(found)


def test_an_alert_with_a_mistake_loses_nothing(kept: Path, tmp_path: Path) -> None:
    filed(kept, 2, (BRIDGE, bridge(421)))
    report = dispatch.finish(kept, settings(tmp_path, '[alert.all]\nto = "nowhere"\n'))
    assert report and report.sent == 0 and "[alert.all] to: is no address" in report.troubles[0]
    assert matched(kept, AlertFilter()) == [EDITED]


def test_lists_and_names(tmp_path: Path) -> None:
    settings(tmp_path, '[alert.cau]\nto = "json://hooks.example/S3cret"\n')
    told = asked(tmp_path, "alerts", "list")
    assert (told.exit_code, told.output) == (0, "cau  to json\n    no run of this archive has met it yet\n")
    told = asked(tmp_path, "alerts", "test", "cay")
    assert (told.exit_code, told.output) == (2, "Error: no alert is called cay. There are: cau\n")


def test_mail_and_hook_get_it_once_and_a_dead_one_later(kept: Path, tmp_path: Path) -> None:
    filed(kept, 2, (BRIDGE, bridge(421)))
    with mail_server() as mail, hook(status=503) as service:
        alerts = settings(tmp_path, f'[alert.all]\nto = ["{mail.address()}", "{service.address}"]\n')
        first = dispatch.finish(kept, alerts)
        assert first and (first.sent, first.waiting) == (1, 1)
        assert first.troubles == ("alert all: json answered 503; the next run sends what it matched (1)",)
        service.status = 200
        second = dispatch.finish(kept, alerts)
        assert second and (second.sent, second.waiting, second.troubles) == (1, 0, ())
        assert dispatch.finish(kept, alerts) == dispatch.AlertReport()
        assert len(mail.mails) == 1
        assert mail.mails[0]["Subject"] == "luubao all: 1 edited"
        assert "đầu tư là [-412-]{+421+} tỷ đồng" in mail.texts()[0]
        (_, headers, refused), (_, again, accepted) = service.came
        assert refused == accepted and "[-412-]{+421+}" in accepted["message"]
        assert headers["Idempotency-Key"] == again["Idempotency-Key"], "a 503 may have been taken all the same"
    assert "0 messages" not in asked(tmp_path, "alerts", "list").output
    assert "Tổng mức đầu tư là [-412-]{+421+} tỷ đồng" in asked(tmp_path, "alerts", "list").output


@pytest.mark.slow
def test_what_surely_did_not_arrive_goes_with_what_came_since(kept: Path, tmp_path: Path) -> None:
    filed(kept, 2, (BRIDGE, bridge(421)))
    alerts = settings(
        tmp_path, f'[alert.all]\nto = "mailto://127.0.0.1:{free_port()}/?from=a@bao.example&to=b@bao.example"\n'
    )
    report = dispatch.finish(kept, alerts)
    assert report and (report.sent, report.waiting) == (0, 1)
    assert "mailto could not be reached: Connection refused" in report.troubles[0]
    filed(kept, 4, (RIVER, None))
    with mail_server() as mail:
        report = dispatch.finish(kept, settings(tmp_path, f'[alert.all]\nto = "{mail.address()}"\n'))
        assert report and (report.sent, report.waiting) == (1, 0)
        assert [mail["Subject"] for mail in mail.mails] == ["luubao all: 1 edited, 1 disappeared"]


@pytest.mark.slow
def test_a_kill_at_any_moment_neither_loses_nor_doubles(tmp_path: Path) -> None:
    """Copies of a message have one id, by which mail servers tell them from another one."""
    path = tmp_path / "luubao.db"
    filed(path, 0, (BRIDGE, bridge(412)))
    with open_archive(path, create=True) as db:
        alert_matches.enroll(db, {"all"}, "2026-05-20T13:00:00Z")
    filed(path, 2, (BRIDGE, bridge(421)))
    before = path.read_bytes()
    with mail_server() as mail, forking() as parent:
        settings(tmp_path, f'[alert.all]\nto = "{mail.address()}"\n')
        order = ("alerts", "send", "--db", path, "--config", tmp_path / "luubao.toml")
        whole = parent.run(*order)
        assert whole.code == 0 and len(mail.mails) == 1, whole.err
        for moment in sorted({end + after for end in whole.ends for after in (0, 1)}):
            path.write_bytes(before)
            mail.mails.clear()
            assert parent.run(*order, dies_at=moment).code in (-9, 0)
            assert parent.run(*order).code == 0
            assert len({mail["Message-ID"] for mail in mail.mails}) == 1, moment
            assert len(mail.mails) <= 2


@pytest.mark.slow
def test_a_kill_between_sending_and_recording(kept: Path, tmp_path: Path) -> None:
    filed(kept, 2, (BRIDGE, bridge(421)))
    with mail_server() as mail, forking() as parent:
        settings(tmp_path, f'[alert.all]\nto = "{mail.address()}"\n')
        order = ("alerts", "send", "--db", kept, "--config", tmp_path / "luubao.toml")
        sending = parent.start(*order)
        mail.arrived = lambda: os.kill(sending.pid, signal.SIGKILL)
        assert sending.wait() == -9
        mail.arrived = lambda: None
        assert [parent.run(*order).code for _ in range(2)] == [0, 0]
        first, second = mail.mails
        assert first["Message-ID"] == second["Message-ID"]
        assert first.get_content() == second.get_content()


@pytest.mark.slow
def test_a_server_that_hangs_holds_no_crawl_and_loses_no_alert(tmp_path: Path) -> None:
    path, config = tmp_path / "luubao.db", str(tmp_path / "luubao.toml")
    with served({"/": front("/1.htm"), "/1.htm": article("Cầu mới", "Tổng vốn là 412 tỷ đồng.")}) as site:
        crawl(site.base_url, path)
        with mail_server(silent=True) as mail:
            address = mail.address("S3cret")
            settings(tmp_path, f'[alert.cau]\nwords = "cầu"\nto = "{address}&cto=1"\n')
            site.answers = {**site.answers, "/1.htm": article("Cầu mới", "Tổng vốn là 421 tỷ đồng.")}
            next_second()  # times are kept to the second, and an order needs two
            held = crawl(site.base_url, path, "--recheck-all", "--config", config)
        assert mail.asked.is_set()
        assert held.code == 6 and held.summary["outcome"] == "ok"
        assert held.summary["alerts"] == {"sent": 0, "waiting": 1}
        assert "alert cau: mailto did not answer in time; the next run sends what it matched (1)" in held.told
        with mail_server() as mail:
            settings(tmp_path, f'[alert.cau]\nwords = "cầu"\nto = "{mail.address()}"\n')
            sent = crawl(site.base_url, path, "--recheck-all", "--config", config)
            assert (sent.code, sent.summary["alerts"]) == (0, {"sent": 1, "waiting": 0}), sent.told
            assert "[-412-]{+421+}" in mail.texts()[0]
    assert b"S3cret" not in path.read_bytes() + held.told.encode() + str(held.summary).encode()


@pytest.mark.slow
def test_a_sample_says_what_happened_and_no_secret(kept: Path, tmp_path: Path) -> None:
    filed(kept, 2, (BRIDGE, bridge(421)))
    with mail_server() as mail, hook() as service:
        addresses = [
            service.address,
            mail.address("S3cret"),
            f"json://127.0.0.1:{free_port()}/S3cret",
            "nosuch://S3cret",
        ]
        settings(tmp_path, f"[alert.all]\nto = {addresses}\n".replace("'", '"'))
        told = asked(tmp_path, "alerts", "test", "all")
    assert told.exit_code == 1
    assert told.output.splitlines() == [
        "json: accepted",
        "mailto: answered 535",
        "json 2: could not be reached: Connection refused",
        "nosuch: has an address that apprise does not know, or that lacks something",
    ]
    assert service.came[0][2]["title"] == "luubao all: 1 edited (a test)"
    assert sqlite3.connect(kept).execute("SELECT count(*) FROM alert_matches").fetchone() == (0,)


@pytest.mark.slow
def test_what_an_import_files_is_sent(kept: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    saved.write_text(bridge(421), "utf-8")
    with hook() as service:
        settings(tmp_path, f'[alert.all]\nto = "{service.address}"\n')
        config = ("--config", str(tmp_path / "luubao.toml"))
        words = ["import", str(saved), "--outlet", "bao", "--url", BRIDGE, "--at", "2026-05-21T00:00:00", "--jobs", "0"]
        done = CliRunner().invoke(luubao, [*config, *words, "--db", str(kept)])
        assert done.exit_code == 0, done.output
        assert "[-412-]{+421+}" in service.came[0][2]["message"]


def test_without_the_extra(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(kept, 2, (BRIDGE, bridge(421)))
    monkeypatch.setitem(sys.modules, "apprise", None)
    report = dispatch.finish(kept, settings(tmp_path, '[alert.all]\nto = "json://hooks.example/x"\n'))
    assert report == dispatch.AlertReport(
        0, 1, ("alerts need more than luubao brings by itself: pip install 'luubao[alerts]'",)
    )
    told = asked(tmp_path, "alerts", "test", "all")
    assert (told.exit_code, told.output) == (
        1,
        "Error: alerts need more than luubao brings by itself: pip install 'luubao[alerts]'\n",
    )
