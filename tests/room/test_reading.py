"""What readers are told: which number changed, what is known of a day, where the proof of a disappearance lies."""

from __future__ import annotations

import re
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from archive import Capture, finish_run, ingest, open_archive, start_run
from archive.web.static_edition import write_site
from tests.room.in_process import Answer, room_on
from tests.support import NOON, PAPER, page

Ask = Callable[..., Answer]
BRIDGE = "Theo Ban quản lý dự án, tổng mức đầu tư của công trình là {} tỷ đồng."
ADDRESS = "https://bao.example/cau-moi-1.htm"
GONE = "https://bao.example/tau-hut-cat-2.htm"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An article published on 19 May whose number changes on the 21st, one without a date that disappears then; runs on
    the 20th, 21st and 23rd."""
    path = tmp_path_factory.mktemp("reading") / "archive.db"
    dated = NOON - timedelta(days=1)
    with open_archive(path, create=True) as db:
        for day, figure, status in ((0, 412, 200), (1, 421, 404), (3, 421, 404)):
            moment = NOON + timedelta(days=day)
            run = start_run(db, PAPER, {"luubao": "test"}, moment)
            for url, body, code in (
                (ADDRESS, page("Cầu mới qua sông Thao", BRIDGE.format(figure), dated=dated), 200),
                (GONE, page("Bắt hai tàu hút cát &amp; sỏi") if status == 200 else "", status),
            ):
                ingest(db, run, Capture(url, url, moment, code, body=body.encode() or None, encoding="utf-8"))
            finish_run(db, run, outcome="ok", reason=None, stats={}, moment=moment + timedelta(minutes=10))
        db.conn.commit()
    return path


@pytest.fixture(scope="module")
def ask(archive: Path) -> Ask:
    return room_on(archive)


@pytest.fixture(scope="module")
def numbers(archive: Path) -> dict[str, int]:
    with open_archive(archive) as db:
        return {str(url): int(number) for url, number in db.execute("SELECT url, id FROM articles").fetchall()}


@pytest.mark.parametrize("path", ["/", "/-/edits", "/-/edits?order=weight", "/-/day/2026-05-21"])
def test_a_list_says_which_number(ask: Ask, path: str) -> None:
    told = ask(path, **{"accept-language": "en"}).text
    before, after = ('<del><span class="unseen">[removed: </span>412', '<ins><span class="unseen">[added: </span>421')
    quote = told[told.index('<p class="quote"') :].split("</p>")[0]
    assert "tổng mức đầu tư của công trình là " in quote and " tỷ đồng." in quote
    assert before in quote and after in quote
    named = told[told.index('<span class="tag strong">') :]
    assert named.index(before) < named.index("→") < named.index(after)
    assert '<p class="quote" lang="vi">' in told


def test_a_feed_carries_the_change_as_html_and_as_a_line(ask: Ask) -> None:
    answer = ask("/-/feeds/edits.atom?q=cau")
    feed = ET.fromstring(answer.text)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}summary") == BRIDGE.format("[-412-]{+421+}")
    content = entry.find(f"{ATOM}content")
    assert content is not None and content.get("type") == "html"
    assert BRIDGE.format("<del>412</del><ins>421</ins>") in (content.text or "")
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == "http://localhost/-/feeds/edits.atom?q=cau"
    told = ask("/-/feeds/edits.json?q=cau")
    assert told.headers["content-type"] == "application/feed+json; charset=utf-8"
    item = told.json()["items"][0]
    assert item["id"] == entry.findtext(f"{ATOM}id")
    assert BRIDGE.format("<del>412</del><ins>421</ins>") in item["content_html"]
    assert item["external_url"] == ADDRESS


def test_markup_of_a_paper_is_text_in_lists_and_feeds(ask: Ask) -> None:
    assert "Bắt hai tàu hút cát &amp; sỏi" in ask("/-/gone").text
    (entry,) = ET.fromstring(ask("/-/feeds/gone.atom").text).findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Bắt hai tàu hút cát & sỏi"


@pytest.mark.parametrize("path", ["/", "/-/edits", "/-/feeds/edits.atom", "/-/feeds/gone.json", "/-/article/1"])
def test_what_a_reader_has_is_not_sent_again(ask: Ask, path: str) -> None:
    first = ask(path)
    again = ask(path, **{"if-none-match": f'W/"x", {first.headers["etag"]}'})
    assert (first.status, again.status, again.text) == (200, 304, "")
    assert again.headers["etag"] == first.headers["etag"]
    assert ask(path, **{"if-none-match": '"other"'}).status == 200
    assert ask(f"{path}?lang=en", **{"if-none-match": first.headers["etag"]}).status == 200


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-05-19", "Hôm đó kho lưu chưa bắt đầu theo dõi Báo Thử"),
        ("2026-05-22", "Hôm đó kho lưu không truy cập Báo Thử"),
        ("2026-05-24", "Sau lần truy cập cuối, kho lưu chưa xem lại Báo Thử"),
    ],
)
def test_of_a_day_nobody_looked_nothing_is_said_to_have_stayed(ask: Ask, day: str, said: str) -> None:
    told = ask(f"/-/day/{day}").text
    assert said in told and "Không rõ." in told


def test_a_day_somebody_looked(ask: Ask) -> None:
    told = ask("/-/day/2026-05-20").text
    assert "Thứ Tư, 20/5/2026" in told and "Hôm đó kho lưu" not in told and "Không có gì." in told


def test_the_calendar_has_three_states(ask: Ask) -> None:
    told = ask("/-/calendar?year=2026").text
    squares = {
        part.split("<title>")[1].split("</title>")[0]: part.split('class="')[1].split('"')[0]
        for part in told.split('<a href="/-/day/')[1:]
        if "<title>" in part.split("</a>")[0]
    }
    assert (
        squares["19/5/2026: 1 bài, trước khi bắt đầu lưu"].startswith("day level-")
        and "before" in squares["19/5/2026: 1 bài, trước khi bắt đầu lưu"]
    )
    assert "level-0" not in squares["19/5/2026: 1 bài, trước khi bắt đầu lưu"]
    assert "gap" in squares["22/5/2026: 0 bài, không truy cập"]
    assert "139 ngày trước khi bắt đầu lưu" in told  # 1 January to 19 May: 31 + 28 + 31 + 30 + 19
    assert "Không ngày nào bỏ sót" not in told
    assert "Kho lưu không có bài nào của năm 1999" in ask("/-/calendar?year=1999").text


def test_an_article_without_a_date_never_gets_ours(ask: Ask, numbers: dict[str, int]) -> None:
    told = ask("/-/new").text
    card = told[told.index("Bắt hai tàu") :].split("</li>")[0]
    assert "báo không ghi ngày; thấy lần đầu" in card


def test_the_day_of_an_undated_article_is_that_of_the_paper_s_zone(tmp_path: Path) -> None:
    """18:00 in Greenwich on the 20th is one o'clock on the 21st in Vietnam."""
    moment = NOON + timedelta(hours=6)
    with open_archive(tmp_path / "archive.db", create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, moment)
        ingest(db, run, Capture(GONE, GONE, moment, 200, body=page("Bắt hai tàu hút cát").encode(), encoding="utf-8"))
    ask = room_on(tmp_path / "archive.db")
    days = (f"2026-05-{number}" for number in (20, 21, 22))
    listed = {day[-2:]: "Bắt hai tàu" in ask(f"/-/new?since={day}&until={day}").text for day in days}
    assert listed == {"20": False, "21": True, "22": False}
    assert "Bắt hai tàu" in ask("/-/day/2026-05-21").text and "Bắt hai tàu" not in ask("/-/day/2026-05-20").text


def test_an_article_shows_its_dateline_and_what_the_paper_corrected(tmp_path: Path) -> None:
    note = "Đính chính: Hai tàu, không phải ba."
    body = f"HÀ NỘI - Công an bắt giữ hai tàu hút cát trên sông Lô vào rạng sáng 20/5.</p><p>{note}"
    with open_archive(tmp_path / "archive.db", create=True) as db:
        run = start_run(db, PAPER, {"luubao": "test"}, NOON)
        page_body = page("Bắt hai tàu hút cát", body=body).encode()
        ingest(db, run, Capture(GONE, GONE, NOON, 200, body=page_body, encoding="utf-8"))
    told = room_on(tmp_path / "archive.db")("/-/article/1").text
    assert f"Báo ghi:</span> {note}</p>" in told
    assert "<dt>Nơi đưa tin</dt><dd>HÀ NỘI</dd>" in told


def test_a_disappearance_leads_to_its_proof_and_back(ask: Ask, numbers: dict[str, int], archive: Path) -> None:
    with open_archive(archive) as db:
        (proof,) = db.execute("SELECT min(id) FROM captures WHERE status = 404").fetchone()
    told = ask(f"/-/article/{numbers[GONE]}").text
    assert told.count(f'href="/-/capture/{proof}">Xem bằng chứng</a>') == 2
    assert f'href="/-/article/{numbers[GONE]}"' in ask(f"/-/capture/{proof}").text
    assert f'<span class="address">{GONE}</span>' in told


def test_an_article_of_an_impossible_outlet_is_told_in_a_sentence(
    archive: Path, numbers: dict[str, int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Which a stranger's archive may hold; no traceback is logged for what is no mistake of ours."""
    other = Path(shutil.copy(archive, tmp_path / "archive.db"))
    with closing(sqlite3.connect(other)) as db:
        db.execute("UPDATE outlets SET home_url = 'javascript:x'")
        db.commit()
    told = room_on(other)(f"/-/article/{numbers[ADDRESS]}", **{"accept-language": "en"})
    assert told.status == 500 and "luubao verify" in told.text
    assert "Traceback" not in caplog.text and not [record for record in caplog.records if record.exc_info]


def test_an_edited_article_says_so_above_its_text(ask: Ask, numbers: dict[str, int]) -> None:
    number = numbers[ADDRESS]
    told = ask(f"/-/article/{number}").text
    notice = told.index("Báo đã sửa bài này 1 lần, lần cuối")
    assert notice < told.index('<div class="body">')
    assert f'<a href="/-/diff/{number}/v1..v2">Xem đã sửa gì</a>' in told
    assert "Báo đã sửa bài này" not in ask(f"/-/article/{number}/v1").text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/-/day/9999-12-31", 200, "31/12/9999"), ("/-/day/0001-01-01", 200, "1/1/1"), ("/-/day/20-5-2026", 200, "20/5/2026"),
        ("/-/day/gestern", 400, "Hãy viết ngày dạng"), ("/-/article/1?as_of=9999-12-31", 302, ""),
        ("/-/article/1?as_of=0001-01-01", 404, "Thấy bài lần đầu ngày"), ("/-/article/1?as_of=2020", 404, "Thấy bài lần đầu ngày"),
        ("/-/article/1?as_of=gestern", 400, "“gestern” không phải là ngày"), ("/-/search?since=nonsense", 400, "“nonsense” không phải là ngày"),
        ("/-/new?since=31/2/2026", 400, "“31/2/2026” không phải là ngày"), ("/nowhere", 404, "Kho lưu không có trang này"),
        ("/-/article/abc", 404, "Kho lưu không có trang này"), ("/-/feeds/nope.atom", 404, "Kho lưu không có trang này"),
        ("/archive/nope", 404, "Kho lưu không có trang này"), ("/-/article/99999", 404, "Thử tìm vài từ trong tít"),
        ("/-/edits?order=x", 400, "order: không có “x”. Hãy chọn: time, weight"), ("/?lang=fr", 400, "Hãy chọn: vi, en"),
        ("/-/search?q=cau&order=x", 400, "Hãy chọn: place, date"), ("/-/search?edited=yes", 400, "Hãy chọn: 0, 1"),
        ("/-/new?outlet=x", 400, "outlet: không có “x”"), ("/-/calendar?outlet=x", 400, "outlet: không có “x”"),
        ("/-/diff/1?old=x", 400, "“x” không phải là số"), ("/-/diff/1/v1..v1?view=x", 400, "Hãy chọn: inline, beside"),
        ("/-/new?page=0", 400, "“0” không phải là số từ 1 đến 1.000"), ("/-/search?q=cau&page=99", 400, "từ 1 đến 50"),
        ("/-/calendar?year=x", 400, "“x” không phải là số"), ("/-/feeds/new.atom?article=99999", 404, "không có bài nào"),
        ("/-/search?q=a&q=b", 400, "Địa chỉ ghi q nhiều lần"), (f"/-/search?q={'a' * 2001}", 400, "q quá dài"),
        ("/-/search?section=a%00b", 400, "section có ký tự không đọc được"), ("/-/photos?credit=%FF", 400, "Hãy gõ lại"),
        ("/-/day/%E2%80%AEgestern", 400, "“gestern” không phải là ngày"), ("/-/new?q=*", 400, "Không có từ nào để tìm"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_in_the_reader_s_language(ask: Ask, path: str, status: int, said: str) -> None:
    answer = ask(path)
    assert (answer.status, said in answer.text) == (status, True)
    if status >= 400:
        assert '<html lang="vi">' in answer.text and 'href="/"' in answer.text
        assert '<html lang="en">' in ask(path, **{"accept-language": "en"}).text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/-/new?page=900", "Không có trang kết quả này"), ("/-/edits?page=900", "Không có trang kết quả này"),
        ("/-/edits?section=x", "Không có gì. <a href=\"/-/edits\">Xem tất cả</a>"), ("/-/search?q=khongco", "Hãy thử ít từ hơn"),
        ("/-/new?until=9999-12-31", "<h2"), ("/-/edits?order=time&unannounced=0&order=time", "Mới nhất trước"),
    ],
)  # fmt: skip
def test_where_nothing_is_found_a_way_leads_on(ask: Ask, path: str, said: str) -> None:
    answer = ask(path)
    assert (answer.status, said in answer.text) == (200, True)


@pytest.mark.parametrize(
    "since",
    [
        "2026-05-19",
        "19/5/2026",
        "19.5.2026",
        "19 tháng 5 năm 2026",
        "ngày 19 tháng 5, 2026",
        "19 May 2026",
        "5/2026",
        "2026",
    ],
)
def test_days_are_read_as_people_write_them(ask: Ask, since: str) -> None:
    told = ask(f"/-/search?q=cau&since={since}&until={since}").text
    assert "Cầu</mark> mới qua sông Thao" in told
    assert "Không tìm thấy bài nào" in ask("/-/search?q=cau&since=6/2026").text


def test_what_was_edited_away_is_found(ask: Ask) -> None:
    """412 stands in the first version only."""
    told = ask("/-/search?q=412").text
    assert "1 bài chỉ có những từ này trong các bản cũ." in told and "history=1" in told
    assert "Không tìm thấy bài nào" not in told
    assert "trong bản 1" in ask("/-/search?q=412&history=1").text
    assert "các bản cũ." not in ask("/-/search?q=421").text


def test_hits_are_counted_and_put_in_order(ask: Ask) -> None:
    told = ask("/-/search?q=cau").text
    assert "Kết quả: 2 bài" in told  # the standing paragraphs of both pages tell of the bridge
    assert told.index("mới qua sông Thao") < told.index("Bắt hai tàu")
    dated = ask("/-/search?q=cau&order=date").text
    assert dated.index("mới qua sông Thao") < dated.index("Bắt hai tàu")
    assert "<b>Mới nhất trước</b>" in dated


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        "bao.example/cau-moi-1.htm",
        "www.bao.example/cau-moi-1.htm",
        "http://bao.example/cau-moi-1.htm?utm_source=x",
    ],
)
def test_an_address_as_copied_opens_its_article(ask: Ask, numbers: dict[str, int], address: str) -> None:
    answer = ask(f"/-/search?q={address.replace('?', '%3F')}")
    assert (answer.status, answer.headers["location"]) == (302, f"/-/article/{numbers[ADDRESS]}")


def test_an_unknown_address_stays_in_the_box(ask: Ask) -> None:
    answer = ask("/-/search?q=bao.example/khong-co.htm")
    assert answer.status == 404
    assert "không có bài nào ở địa chỉ này" in answer.text and 'value="bao.example/khong-co.htm"' in answer.text


def test_operators_of_other_searches_are_explained(ask: Ask) -> None:
    assert "dùng OR viết hoa" in ask("/-/search?q=khongco+AND+cau").text
    assert "dùng OR viết hoa" not in ask("/-/search?q=khongco").text
    assert "Không có trang kết quả này" in ask("/-/search?q=cau&page=40").text


@pytest.mark.parametrize("kind", ["new", "edits", "gone"])
def test_a_list_can_be_narrowed_where_it_is_read(ask: Ask, kind: str) -> None:
    told = ask(f"/-/{kind}?order=weight&since=19/5/2026" if kind == "edits" else f"/-/{kind}?since=19/5/2026").text
    form = told.split(f'<form class="filters" action="/-/{kind}">')[1].split("</form>")[0]
    assert '<select name="section">' in form and 'name="since" value="2026-05-19"' in form
    assert ('name="order" value="weight"' in form) == (kind == "edits")


def test_every_page_says_whose_it_is(ask: Ask) -> None:
    for path in ("/", "/-/article/1", "/-/search", "/nowhere"):
        told = ask(path).text
        assert "Kho lưu độc lập, không phải trang của báo" in told
        assert "– Kho lưu Báo Thử</title>" in told


def test_a_comparison_side_by_side_says_which_is_which(ask: Ask, numbers: dict[str, int]) -> None:
    told = ask(f"/-/diff/{numbers[ADDRESS]}/v1..v2?view=beside").text
    heads = told[told.index('class="pair heads"') :].split("</div></div>")[0]
    assert heads.index("Bản 1") < heads.index("Bản 2")
    assert "sửa 1 đoạn; bớt 1 chữ, thêm 1 chữ" in told
    assert (
        'name="description" content="Theo Ban quản lý dự án, tổng mức đầu tư của công trình là [-412-]{+421+} tỷ đồng."'
        in told
    )


def test_a_paragraph_of_a_comparison_has_an_address(ask: Ask, numbers: dict[str, int]) -> None:
    told = ask(f"/-/diff/{numbers[ADDRESS]}/v1..v2").text
    places = re.findall(r'id="(r\d+)"', told)
    assert len(places) == len(set(places)) > 1 and all(f'href="#{place}"' in told for place in places)


def test_an_edit_is_a_picture_to_share(ask: Ask, numbers: dict[str, int]) -> None:
    """SVG is XML, and its text, joined, is the change in its sentence."""
    path = f"/-/diff/{numbers[ADDRESS]}/v1..v2"
    answer = ask(f"{path}.svg")
    assert answer.headers["content-type"] == "image/svg+xml; charset=utf-8"
    picture = ET.fromstring(answer.text)
    rows = ["".join(one.itertext()) for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert " ".join(row.strip() for row in rows[2:-1]) == BRIDGE.format("412421")
    struck = [
        one.text
        for one in picture.iter("{http://www.w3.org/2000/svg}tspan")
        if one.get("text-decoration") == "line-through"
    ]
    assert struck == ["412"]
    assert f'<meta property="og:image" content="http://localhost{path}.svg">' in ask(path).text


def test_canned_questions_take_addresses_as_copied(ask: Ask, numbers: dict[str, int]) -> None:
    for address in (ADDRESS, "bao.example/cau-moi-1.htm", "http://www.bao.example:8080/cau-moi-1.htm"):
        rows = ask(f"/archive/history.json?address={address}&_shape=array").json()
        assert [row["number"] for row in rows] == [1, 2], address
    assert f'<a href="/-/article/{numbers[GONE]}">' in ask("/archive/deletions").text


def test_tables_have_facets_and_short_cells(ask: Ask) -> None:
    told = ask("/archive/articles").text
    assert 'data-column="section"' in told and "facet-results" in told
    assert len(ask("/archive/texts").text) < 40_000


def test_a_static_edition_tells_edits_and_invents_no_day(archive: Path, tmp_path: Path) -> None:
    with open_archive(archive) as db:
        write_site(db, tmp_path / "edition", outlet=None, title="Báo Thử", pictures=None)
    front = (tmp_path / "edition" / "index.html").read_text("utf-8")
    assert BRIDGE.format("<del>412</del><ins>421</ins>") in front
    assert "Kho lưu độc lập, không phải trang của báo" in front and "<time>19:00, 21/5/2026</time>" in front
    told = (tmp_path / "edition" / "articles" / "2.html").read_text("utf-8")
    assert "không còn từ 19:00, 21/5/2026 (máy chủ trả lời 404)" in told
    undated = (tmp_path / "edition" / "months" / "undated.html").read_text("utf-8")
    assert "Bắt hai tàu hút cát" in undated and "2026" not in undated.split("<main>")[1].split("</main>")[0]
    newest = front[front.index("Mới nhất") :]
    assert newest.index("Cầu mới qua sông Thao") < newest.index("Bắt hai tàu")
