"""Captions and credits as newspapers print them in one line."""

from __future__ import annotations

import pytest

from archive.extract.credits import name_only, split
from tests.support import pace

PRINTED = {
    "Das Haus am See. Foto: Ann Lee/dpa Zoom": ("Das Haus am See.", "Ann Lee/dpa"),
    "Houses by the river. Photographer: Ann Lee/Daily": ("Houses by the river.", "Ann Lee/Daily"),
    "Ann Lee before the race Submitted photo": ("Ann Lee before the race", "Submitted photo"),
    "One of the posters of the campaign. (posters.example)": ("One of the posters of the campaign.", "posters.example"),
    "志愿者在江边合影留念。新华社记者 王小明 摄": ("志愿者在江边合影留念。", "新华社记者 王小明"),
    "Máy bay tại Tân Sơn Nhất. Ảnh: Quỳnh Trần.": ("Máy bay tại Tân Sơn Nhất.", "Quỳnh Trần"),
    "Binh sĩ diễn tập. (Ảnh: AFP/TTXVN)": ("Binh sĩ diễn tập.", "AFP/TTXVN"),
    "Người dân đi chợ (Ảnh: Tú Hưng).": ("Người dân đi chợ", "Tú Hưng"),
    "Một bó hoa hồng - Ảnh: H.Y.T.": ("Một bó hoa hồng", "H.Y.T."),
    "Đại biểu dự hội nghị. Nguồn: TTXVN": ("Đại biểu dự hội nghị.", "TTXVN"),
    "Lãnh đạo trao quà (Nguồn ảnh: Báo Vĩnh Phúc)": ("Lãnh đạo trao quà", "Báo Vĩnh Phúc"),
    "Cầu mới qua sông. Ảnh tư liệu: AFP/TTXVN": ("Cầu mới qua sông.", "AFP/TTXVN"),
    "Ảnh: Dương Hà": (None, "Dương Hà"),
    "(Symbolbild) Ein Bus am Fluss. © Eva Kurz": ("(Symbolbild) Ein Bus am Fluss.", "Eva Kurz"),
    "Ein Lager am Fluss. Bild © Eva Kurz (hr)": ("Ein Lager am Fluss.", "Eva Kurz (hr)"),
    "会議が開かれた＝１３日午後１０時３１分（代表撮影）": ("会議が開かれた＝１３日午後１０時３１分", "代表"),
    "(Ảnh: Dương Hà/TTXVN) Chợ phiên cuối năm.": ("Chợ phiên cuối năm.", "Dương Hà/TTXVN"),
    "Ảnh minh hoạ.": ("Ảnh minh hoạ.", None),
    "Cảnh trong video. Ảnh chụp màn hình": ("Cảnh trong video.", "Ảnh chụp màn hình"),
    "The bridge at dawn. Photo: Jane Doe/Reuters": ("The bridge at dawn.", "Jane Doe/Reuters"),
    "A man walks home. (AP Photo/Evan Vucci)": ("A man walks home.", "AP Photo/Evan Vucci"),
    "The islands seen from above. (Christie's)": ("The islands seen from above.", "Christie's"),
    "She will succeed a socialist. | Niall Carson/PA Images via Getty Images": (
        "She will succeed a socialist.",
        "Niall Carson/PA Images via Getty Images",
    ),
    "Anti-racism activists in Plymouth (Image: Anadolu via Getty Images)": (
        "Anti-racism activists in Plymouth",
        "Anadolu via Getty Images",
    ),
    "un puente / Shutterstock": ("un puente", "Shutterstock"),
    "Most nad rzeką o świcie /domena publiczna": ("Most nad rzeką o świcie", "domena publiczna"),
    "El puente/Captura de pantalla de un video": ("El puente", "Captura de pantalla de un video"),
    "Foto. Ana Ruiz": (None, "Ana Ruiz"),
    "ShutterStock": (None, "ShutterStock"),
    "posters.example": (None, "posters.example"),
    "CC": (None, "CC"),
    "Eine Razzia in La Soledat / Lorenzo Marina": ("Eine Razzia in La Soledat", "Lorenzo Marina"),
    "Kryžius, asociatyvi nuotr. / J. Stacevičiaus / LRT nuotr.": (
        "Kryžius, asociatyvi nuotr.",
        "J. Stacevičiaus / LRT nuotr",
    ),
    "The band AC/DC in a small town": ("The band AC/DC in a small town", None),
    "Straße in Bozen / Bolzano": ("Straße in Bozen / Bolzano", None),
    "Der Vertrag wird am 1. Mai / 2. Mai geschlossen": ("Der Vertrag wird am 1. Mai / 2. Mai geschlossen", None),
    "Eva Lux, mit Gold ausgezeichnet/ Foto Pedro L. Ruiz": ("Eva Lux, mit Gold ausgezeichnet", "Pedro L. Ruiz"),
    "File photo of the councillor Tahir Hussain.": ("File photo of the councillor Tahir Hussain.", None),
    "Jets am Himmel über dem Atlantik. Depositphotos": ("Jets am Himmel über dem Atlantik.", "Depositphotos"),
    "Rooms have been redesigned from the ground up. Supplied": (
        "Rooms have been redesigned from the ground up.",
        "Supplied",
    ),
    "The team in 1974. Handout by City Archives.": ("The team in 1974.", "Handout by City Archives"),
    "Papers were supplied": ("Papers were supplied", None),
    "대표가 29일 국회에서 입장을 밝히고 있다. 민경석 기자": ("대표가 29일 국회에서 입장을 밝히고 있다", "민경석 기자"),
    "직원들이 선거 책자를 점검하고 있다. 인천=연합뉴스": ("직원들이 선거 책자를 점검하고 있다", "인천=연합뉴스"),
    "Kievs centrum efter attacker. Foto: Dan Bashakov/APVisa mer": ("Kievs centrum efter attacker.", "Dan Bashakov/AP"),
    "Houses by the river. Photograph by Ann Lee": ("Houses by the river.", "Ann Lee"),
    "Das Haus am See. Foto: Max Muster/dpa": ("Das Haus am See.", "Max Muster/dpa"),
    "Ein Mann in Berlin (Archivbild) © picture alliance/dpa": (
        "Ein Mann in Berlin (Archivbild)",
        "picture alliance/dpa",
    ),
    "Das Haus am See. Foto: Max Muster / dpa (Symbolbild)": ("Das Haus am See.", "Max Muster / dpa (Symbolbild)"),
    "Les voitures ont progressé. (Fred Scheiber/SIPA)": ("Les voitures ont progressé.", "Fred Scheiber/SIPA"),
    "バレー男子の日本代表（Ｃ）共同通信社": ("バレー男子の日本代表", "共同通信社"),
    "Người dân đi lễ. Ảnh Trọng Đức.": ("Người dân đi lễ", "Trọng Đức"),
    "Le centre du village - Belga": ("Le centre du village", "Belga"),
    "The women's final in London. — AFP pic": ("The women's final in London.", "AFP pic"),
    "A man walks home — Picture by Ann Lee": ("A man walks home", "Ann Lee"),
    "The bridge at dawn — a photo": ("The bridge at dawn — a photo", None),
    "Прокурори вивчали матеріали / Фото РБК": ("Прокурори вивчали матеріали", "РБК"),
    "Суд у Києві / Фото з фейсбуку Ганни Лис": ("Суд у Києві", "з фейсбуку Ганни Лис"),
    "A tengerpart. Fotó: Kiss Éva / MTI": ("A tengerpart.", "Kiss Éva / MTI"),
    "Το λιμάνι. Φωτο: Γιώργος Λάμπρου": ("Το λιμάνι.", "Γιώργος Λάμπρου"),
    "警方到場處理。圖：中央社": ("警方到場處理。", "中央社"),
    "河边的学校。学校摄影社 李明 摄": ("河边的学校。", "学校摄影社 李明"),
    "河边的学校。通讯员李明 摄": ("河边的学校。", "通讯员李明"),
    "Divulgação": (None, "Divulgação"),
    "Courtesy River House": (None, "Courtesy River House"),
    "Szkoła nad rzekąŹródło: Kurier, fot: Ewa Lis": ("Szkoła nad rzeką", "Kurier, fot: Ewa Lis"),
    "他直言應該更自律。（取自臉書）": ("他直言應該更自律。", "取自臉書"),
    "시민들이 걷고 있다. [사진=연합뉴스]": ("시민들이 걷고 있다.", "연합뉴스"),
    "رجال الشرطة في الموقع (رويترز)": ("رجال الشرطة في الموقع", "رويترز"),
    "Wisuda Magister Manajemen ke-XV (Dok.IGI)": ("Wisuda Magister Manajemen ke-XV", "Dok.IGI"),
}
NOTHING_TO_SPLIT = [
    "Hội nghị diễn ra ngày 20/5/2024 tại trụ sở UBND huyện.",
    "Người bị bắt (áo trắng) tại cơ quan công an.",
    "Ảnh Bác Hồ",
    "Hình ảnh buổi lễ tại Ảnh Viện Sài Gòn",
    "Eine Frau mit dem Bild Mona Lisa",
    "Die Ministerin (links) mit ihrem Gast.",
    "The A/B test and the 24/7 service went on.",
    "He was born in 1950 (and died in 2020).",
]


@pytest.mark.parametrize("printed", PRINTED)
def test_caption_and_credit(printed: str) -> None:
    assert split(printed) == PRINTED[printed]


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("FOTO RUI SILVA", "RUI SILVA"),
        ("Foto Prensa Libre: Ana Ruiz", "Prensa Libre: Ana Ruiz"),
        ("Foto Meyer", "Foto Meyer"),
        ("Illustration by Ann Lee", "Ann Lee"),
        ("Copyright Ann Lee/Copyright 2026 The River", "Ann Lee/Copyright 2026 The River"),
        ("| Foto: Ana Ruiz", "Ana Ruiz"),
        ("/ Źródło: Kurier", "Kurier"),
        ("By RIVER POLICE", "RIVER POLICE"),
    ],
)
def test_a_label_without_a_colon_before_two_names_goes(printed: str, name: str) -> None:
    assert name_only(printed) == name


@pytest.mark.parametrize("printed", NOTHING_TO_SPLIT)
def test_caption_without_credit_stays_whole(printed: str) -> None:
    assert split(printed) == (printed, None)


def test_splitting_takes_no_time_on_long_lines() -> None:
    import time

    start = time.process_time()
    for line in ("a/" * 450, "(" * 900, "Ảnh: " * 180, "word " * 180, "A. " * 300, "© " * 450, "A|" * 450):
        split(line)
    assert time.process_time() - start < 0.2 * pace()
