"""Citations and Memento, as the programs that read them expect them. Expectations are written by hand from the formats."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import Capture, ingest, open_archive, start_run
from archive.web.room.article_page import Cited, bibtex, csl_json, ris
from tests.room.in_process import Answer, room_on
from tests.support import NOON, PAPER, page

Ask = Callable[..., Answer]
URL = "https://bao.example/cau-1.htm?id=7"
ONE = Cited(
    "bao-1-v2", "Giá 50% & {hơn}", ("Nguyễn Văn Bình", "Hà Thu"), "Báo Thử", "Thời sự", "vi",
    datetime(2026, 5, 20, 8, 15, tzinfo=UTC), datetime(2026, 5, 21, 1, 0, tzinfo=UTC),
    "https://kho.example/-/article/1/v2", URL, "Một câu.\nHai câu.", "sha256:ab", "Kho lưu Báo Thử",
)  # fmt: skip


def test_bibtex() -> None:
    assert bibtex(ONE).splitlines() == [
        "@online{bao-1-v2,",
        "  author = {{Nguyễn Văn Bình} and {Hà Thu}},",
        r"  title = {{Giá 50\% \& \{hơn\}}},",
        "  organization = {Báo Thử},",
        "  date = {2026-05-20},",
        "  url = {https://kho.example/-/article/1/v2},",
        "  urldate = {2026-05-21},",
        "  language = {vi},",
        "  note = {https://bao.example/cau-1.htm?id=7, sha256:ab},",
        "}",
    ]


def test_ris() -> None:
    assert ris(ONE) == (
        "TY  - NEWS\r\nAU  - Nguyễn Văn Bình\r\nAU  - Hà Thu\r\nTI  - Giá 50% & {hơn}\r\nT2  - Báo Thử\r\nDA  - 2026/05/20/\r\n"
        "SE  - Thời sự\r\nAB  - Một câu. Hai câu.\r\nLA  - vi\r\nUR  - https://kho.example/-/article/1/v2\r\n"
        "L2  - https://bao.example/cau-1.htm?id=7\r\nY2  - 2026/05/21/\r\nDB  - Kho lưu Báo Thử\r\n"
        "AV  - https://kho.example/-/article/1/v2\r\nN1  - https://bao.example/cau-1.htm?id=7, sha256:ab\r\nER  - \r\n"
    )


def test_csl_json() -> None:
    (item,) = json.loads(csl_json(ONE))
    assert item["type"] == "article-newspaper"
    assert item["author"] == [{"literal": "Nguyễn Văn Bình"}, {"literal": "Hà Thu"}]
    assert (item["issued"], item["accessed"]) == ({"date-parts": [[2026, 5, 20]]}, {"date-parts": [[2026, 5, 21]]})
    assert item["URL"] == "https://kho.example/-/article/1/v2"


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """One article in two versions: of 20 May, noon in Greenwich, and of the 22nd."""
    path: Path = tmp_path_factory.mktemp("citing") / "archive.db"
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, NOON)
        for day, headline in ((0, "Cầu & đường"), (2, "Cầu &amp; đường &lt;/script&gt; mới")):
            moment = NOON + timedelta(days=day)
            ingest(db, run, Capture(URL, URL, moment, 200, body=page(headline).encode(), encoding="utf-8"))
    return room_on(path, contact="thu.vien@example.org", keeper="Thư viện tỉnh")


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("bib", "application/x-bibtex"),
        ("ris", "application/x-research-info-systems"),
        ("json", "application/vnd.citationstyles.csl+json"),
    ],
)
def test_every_version_can_be_cited(ask: Ask, form: str, kind: str) -> None:
    answer = ask(f"/-/article/1/v1.{form}")
    assert answer.headers["content-type"].startswith(kind)
    assert "http://localhost/-/article/1/v1" in answer.text and "v2" not in answer.text
    assert ask(f"/-/article/1/v9.{form}").status == 404
    assert f'href="/-/article/1/v2.{form}"' in ask("/-/article/1").text


def test_a_page_says_what_it_is_to_programs(ask: Ask) -> None:
    told = ask("/-/article/1/v2").text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', told, re.DOTALL)
    assert '"@type": "NewsArticle"' in block and "<" not in block
    assert '<meta name="prism.publicationName" content="Báo Thử">' in told
    assert '<meta name="z:itemType" content="newspaperArticle">' in told and "citation_journal" not in told
    assert '<meta property="og:url" content="http://localhost/-/article/1/v2">' in told


def test_zotero_is_led_to_the_citation(ask: Ask) -> None:
    """As unAPI says: the page names its server and its id, the server its formats, and a format the citation."""
    told = ask("/-/article/1/v2").text
    assert 'rel="unapi-server" type="application/xml" title="unAPI" href="/-/unapi"' in told
    assert '<abbr class="unapi-id" title="1/v2">' in told
    assert 'format name="ris"' in ask("/-/unapi").text
    assert ask("/-/unapi?id=1/v2&format=ris").headers["location"] == "/-/article/1/v2.ris"
    assert (ask("/-/unapi?id=x&format=ris").status, ask("/-/unapi?id=1/v2&format=x").status) == (404, 400)


def test_what_has_no_date_tells_none_to_programs(tmp_path: Path) -> None:
    """Zotero takes the first time on a page for the date of the article, unless the page says another."""
    path = tmp_path / "archive.db"
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, NOON)
        for number, dated in enumerate((None, NOON), 1):
            url, body = f"https://bao.example/bai-{number}.htm", page(f"Cầu mới {number}", dated=dated).encode()
            ingest(db, run, Capture(url, url, NOON, 200, body=body, encoding="utf-8"))
    ask = room_on(path)
    assert '<meta name="DC.date" content="n.d.">' in ask("/-/article/1").text
    assert "citation_publication_date" not in ask("/-/article/1").text
    assert '<meta name="citation_publication_date" content="2026/05/20">' in ask("/-/article/2").text


@pytest.mark.parametrize(
    ("moment", "version"),
    [
        ("Wed, 20 May 2026 12:00:00 GMT", 1), ("Fri, 22 May 2026 11:59:59 GMT", 1), ("Fri, 22 May 2026 12:00:00 GMT", 2),
        ("Thu, 01 Jan 2015 00:00:00 GMT", 1), ("Thu, 01 Jan 2032 00:00:00 GMT", 2), ("", 2),
    ],
)  # fmt: skip
def test_the_timegate_leads_to_what_stood_at_a_moment(ask: Ask, moment: str, version: int) -> None:
    """RFC 7089, section 4.1.1: 302 with Location, Vary and links; and the memento says of when it is."""
    answer = ask(f"/-/timegate/{URL}", **{"accept-datetime": moment} if moment else {})
    assert (answer.status, answer.headers["location"]) == (302, f"http://localhost/-/article/1/v{version}")
    assert answer.headers["vary"].lower().startswith("accept-datetime")
    assert f'<{URL}>; rel="original"' in answer.headers["link"] and 'rel="timemap"' in answer.headers["link"]
    memento = ask(f"/-/article/1/v{version}")
    assert (
        memento.headers["memento-datetime"]
        == ("Wed, 20 May 2026 12:00:00 GMT", "Fri, 22 May 2026 12:00:00 GMT")[version - 1]
    )
    assert 'rel="timegate"' in memento.headers["link"]
    first, last = (("first memento", "next last memento"), ("first prev memento", "last memento"))[version - 1]
    assert f'/v1>; rel="{first}' in memento.headers["link"] and f'/v2>; rel="{last}' in memento.headers["link"]


def test_a_moment_that_is_none_and_an_address_nobody_knows(ask: Ask) -> None:
    assert ask(f"/-/timegate/{URL}", **{"accept-datetime": "gestern"}).status == 400
    assert ask("/-/timegate/https://bao.example/none.htm").status == 404


def test_the_timemap_lists_all_versions(ask: Ask) -> None:
    answer = ask(f"/-/timemap/link/{URL}")
    assert answer.headers["content-type"] == "application/link-format"  # of which RFC 6690 knows no charset
    assert answer.text == ask("/-/timemap/1").text
    lines = answer.text.rstrip("\n").split(",\n")
    assert lines[0] == f'<{URL}>; rel="original"'
    assert lines[3:] == [
        '<http://localhost/-/article/1/v1>; rel="first memento"; datetime="Wed, 20 May 2026 12:00:00 GMT"',
        '<http://localhost/-/article/1/v2>; rel="last memento"; datetime="Fri, 22 May 2026 12:00:00 GMT"',
    ]
    told = ask(f"/-/timemap/json/{URL}").json()
    assert [one["uri"][-2:] for one in told["mementos"]["list"]] == ["v1", "v2"]


def test_the_archive_says_who_keeps_it(ask: Ask) -> None:
    told = ask("/-/about").text
    assert "Thư viện tỉnh" in told and "thu.vien@example.org" in told
    assert "1 bài với 2 bản" in told
    assert 'href="/-/about"' in ask("/").text
