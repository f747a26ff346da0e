"""Datelines and notes of corrections: which are found, which are none, and that their words stay in the text."""

from __future__ import annotations

import pytest

from archive.extract.datelines import correction_of
from archive.extract.reader import read_page
from archive.model.records import Reading
from archive.text.folding import folded

_HEADLINE = "Tuyến đường nối hai xã với quốc lộ đã thông xe"
_MORE = (
    "<p>Tuyến đường dài hơn ba cây số, nối hai xã với quốc lộ, được khởi công từ đầu năm ngoái và nay đã thông xe.</p>"
    "<p>Chủ tịch xã cho biết người dân đã hiến hơn hai nghìn mét vuông đất để làm con đường này.</p>"
)


def read(lead: str = "", first: str = "", *, host: str = "bao.vn", behind: str = "", head: str = "") -> Reading:
    """Reads an article with this lead and this first paragraph."""
    return read_article(f"{lead}<div class='noidung'>{first}{_MORE}{behind}</div>", host=host, head=head)


def read_article(content: str, *, host: str = "bao.vn", head: str = "") -> Reading:
    title = f'<title>{_HEADLINE}</title><meta property="og:type" content="article">{head}'
    body = f"<article><h1>{_HEADLINE}</h1>{content}</article>"
    source = f'<html lang="vi"><head>{title}</head><body>{body}</body></html>'
    found = read_page(source, f"https://{host}/thong-xe-12345.html")
    assert isinstance(found, Reading)
    return found


@pytest.mark.parametrize(
    ("printed", "dateline"),
    [
        ("(Dân trí) - UBND Hà Nội vừa thông báo về việc hoán đổi ngày nghỉ.", "Dân trí"),
        ("(Vĩnh Phúc) - Sáng 5/3, đoàn công tác của tỉnh đã đến thăm.", "Vĩnh Phúc"),
        ("HÀ NỘI - Sáng 12/5, hơn hai nghìn người tham gia lễ hội.", "HÀ NỘI"),
        ("TTO - Xung đột khiến các shop hoa ghi nhận hoa nhập khẩu khan hiếm.", "TTO"),
        ("TP.HCM - Nhiều tuyến đường ngập sau cơn mưa chiều nay.", "TP.HCM"),
        ("(HPĐT)- Theo thông tin của Sở Y tế, đã có kết quả xét nghiệm.", "HPĐT"),
        ("(TNO) Sáng nay, 3.2, công an quận đã bàn giao hồ sơ vụ án.", "TNO"),
        ("VTV.vn - Bộ Y tế vừa có công văn gửi các địa phương.", "VTV.vn"),
        ("QĐND Online - Chiều 3-2, Bộ trưởng đã tiếp đoàn đại biểu.", "QĐND Online"),
        ("AUSTIN (KXAN) — Texas voters approved an amendment on Tuesday.", "AUSTIN (KXAN)"),
        ("LA CROSSE, Wis. (AP) — After a summer of historic tumult, it ended.", "LA CROSSE, Wis. (AP)"),
        ("KOBE – A total of 6,000 surgical masks have been lost.", "KOBE"),
        ("CLEVELAND, Ohio – The Doobie Brothers will look to ride.", "CLEVELAND, Ohio"),
        ("WASHINGTON, April 5 (Reuters) - The Senate passed the bill.", "WASHINGTON, April 5 (Reuters)"),
        ("NEW DELHI: Their American dream shattered, nearly 150 Indians returned.", "NEW DELHI"),
        ("Kiel (dpo) - Finnland ist in Gefahr!", "Kiel (dpo)"),
        ("Rostow (Russland) - Bei einem Brand sind fünf Kinder gestorben.", "Rostow (Russland)"),
        ("Berlin taz | Die Koalition streitet wieder über das Geld.", "Berlin taz"),
        ("Nendeln, 27.6.2025 – Anlässlich der Versammlung wurde geehrt.", "Nendeln, 27.6.2025"),
        ("San José, 21 Abr (Elpaís.cr).- Con el fin de resguardar los datos.", "San José, 21 Abr (Elpaís.cr)"),
        ("(ANSA) - ROMA, 05 MAG - Il governo ha approvato la riforma.", "(ANSA) - ROMA, 05 MAG"),
        ("TEMPO.CO, Jakarta - Presiden mengatakan bahwa harga turun.", "TEMPO.CO, Jakarta"),
        ("МОСКВА, 5 мая — Президент провёл встречу с министрами.", "МОСКВА, 5 мая"),
        ("【ソウル＝小池和樹】韓国の大統領は三日夜、戒厳令を出した。", "ソウル＝小池和樹"),
        ("[서울=뉴시스] 홍길동 기자 = 정부는 오늘 대책을 발표했다.", "서울=뉴시스"),
    ],
)
def test_datelines_as_papers_print_them(printed: str, dateline: str) -> None:
    found = read(first=f"<p>{printed}</p>")
    assert found.dateline == dateline
    assert folded(printed) in found.text


@pytest.mark.parametrize(
    "printed",
    [
        "Amazon - Forbes nói rằng hãng này kiên nhẫn hơn các đối thủ.",
        "Ông Tống Anh Linh - Giám đốc tài chính của tập đoàn - đã bán cổ phiếu.",
        "NSƯT - MC Thảo Vân dẫn chương trình tối nay ở nhà hát.",
        "COVID-19 - Một năm nhìn lại những gì đã thay đổi.",
        "COMMENTARY | Agentic government is not a future concept any more.",
        "UPDATE - The road is open again since this morning.",
        "CHINESE AGGRESSION: Manila accused Beijing of sideswiping a boat.",
        "LE POINT SUR LA SITUATION - «Nous avons fait échouer leur campagne».",
        "GDP - the measure of all goods - grew by two percent last year.",
        "Herr Vilanek, in Deutschland gibt es sieben Millionen - oder mehr.",
        "Angela Merkel (CDU): Wir schaffen das auch in diesem Jahr.",
        "Hà Nội - thành phố vì hòa bình đón hàng triệu lượt khách.",
    ],
)
def test_beginnings_that_are_no_datelines(printed: str) -> None:
    assert read(first=f"<p>{printed}</p>").dateline is None


def test_a_dateline_in_an_element_of_its_own_is_not_glued_to_the_lead() -> None:
    lead = '<p class="description"><span class="location-stamp">TP HCM</span>Nếu không mưa, cầu sẽ thông xe vào thứ hai.</p>'
    found = read(f"{lead}")
    assert (found.dateline, found.lead) == ("TP HCM", "TP HCM Nếu không mưa, cầu sẽ thông xe vào thứ hai.")


@pytest.mark.parametrize(
    ("first", "host", "dateline"),
    [
        (
            "<p><span>Dân trí</span>  Sau khi va chạm với xe máy, chiếc ô tô vội lùi lại.</p>",
            "dantri.com.vn",
            "Dân trí",
        ),
        ("<p><span>Dân trí</span>  Sau khi va chạm với xe máy, chiếc ô tô vội lùi lại.</p>", "bao.vn", None),
        ('<p><span class="gray">Duisburg.</span> Erste Bilder zeigen die Seilbahn.</p>', "waz.de", "Duisburg"),
        ('<p><span class="hcf-location-mark">Frankfurt</span> Der Präsident spricht.</p>', "blatt.de", "Frankfurt"),
        ('<p><span class="dateline">KOBE – </span>A total of 6,000 masks have been lost.</p>', "jt.jp", "KOBE"),
        ('<p><span class="dropcap">T</span>he road is open again since this morning.</p>', "times.com", None),
        ("<p><b>Fazit.</b> Die Koalition streitet wieder über das Geld.</p>", "blatt.de", None),
    ],
)
def test_datelines_in_elements(first: str, host: str, dateline: str | None) -> None:
    assert read(first=first, host=host).dateline == dateline


def test_a_declared_dateline() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "dateline": "Việt Trì"}</script>'
    assert read(head=head).dateline == "Việt Trì"
    assert read(head=head.replace("Việt Trì", "Sun, 19 Oct 2025 04:00")).dateline is None


@pytest.mark.parametrize(
    "note",
    [
        "Đính chính: Trong bài trước, tên của chủ tịch xã bị in sai.",
        "Bài viết đã được cập nhật lúc 15h30 với ý kiến của Sở Giao thông.",
        "This article was amended on 5 May 2024 to correct the name of the mayor.",
        "Correction: An earlier version of this story misstated the length of the road.",
        "Editor's note, Nov. 11, 2022: This story has been updated to include comments.",
        "In einer früheren Version dieses Artikels hieß es, die Straße sei vier Kilometer lang.",
        "Cet article a été modifié le 3 mai : la route mesure trois kilomètres.",
        "Una versión anterior de este artículo daba otra longitud.",
        "訂正：記事の初出時、道路の長さに誤りがありました。",
    ],
)
def test_notes_of_corrections_are_a_field_and_stay_in_the_text(note: str) -> None:
    found = read(behind=f"<p>{note}</p>")
    assert found.correction == note
    assert note in found.text


@pytest.mark.parametrize(
    "text",
    [
        "Correction officers in the county jail went on strike for the third time this year.",
        "Update frequency is another key difference between the two systems we looked at.",
        "Updated by-laws would enable the city to reflect the policy's orientation.",
        "Cập nhật phần mềm là việc mà người dùng hay quên nhất theo khảo sát này.",
        "Hinweis zu Affiliate-Links: Alle Produkte werden von der Redaktion unabhängig ausgewählt.",
        "Editor's note and disclaimer: Car Talk is supported by our fans, readers and listeners.",
    ],
)
def test_paragraphs_that_are_no_corrections(text: str) -> None:
    assert correction_of([text]) is None


def test_a_correction_in_a_box_beside_the_text_is_not_lost() -> None:
    box = '<div class="correction"><p>Đính chính: Tuyến đường dài ba cây số, không phải bốn như đã đưa.</p></div>'
    found = read_article(f"<div class='noidung'>{_MORE}</div><aside>{box}</aside>")
    assert found.correction == "Đính chính: Tuyến đường dài ba cây số, không phải bốn như đã đưa."


def test_an_updated_line_is_the_modified_time() -> None:
    found = read_article(
        '<div class="date">Thứ sáu, 24/05/2024 - 08:15</div><div class="date">Cập nhật: 24/05/2024 - 10:30</div>'
        f"<div class='noidung'>{_MORE}</div>"
    )
    assert found.modified_at is not None
    assert found.modified_at.isoformat() == "2024-05-24T10:30:00+07:00"
    assert "Cập nhật" not in found.text
