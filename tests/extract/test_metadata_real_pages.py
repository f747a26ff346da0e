"""Real Vietnamese pages: who wrote it and when, as a person read it in each page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from archive.extract.metadata import Metadata, read_metadata
from archive.extract.parsed_page import parse

PAGES = Path(__file__).resolve().parents[3] / "shared" / "pages"
needs_pages = pytest.mark.skipif(not PAGES.is_dir(), reason="the saved pages (../shared/pages) are not here")


@dataclass(frozen=True)
class Read:
    """What a person reads in a page. published, modified: to the minute, as printed or declared, Hanoi time."""

    file: str
    url: str
    headline: str
    byline: str
    authors: tuple[str, ...]
    published: str
    modified: str | None
    section: str
    tags: tuple[str, ...]


ARTICLES = (
    Read(
        "baodautu.vn/xu-phat-giam-doc-tien-son-d53.html",
        "https://baodautu.vn/xu-phat-giam-doc-tai-chinh-tap-doan-tien-son-thanh-hoa-vi-thao-tung-co-phieu-d538952.html",
        "Xử phạt Giám đốc tài chính Tập đoàn Tiên Sơn Thanh Hoá vì thao túng cổ phiếu",
        "Nguyên Minh",
        ("Nguyên Minh",),
        "2026-03-07T08:47+07:00",
        None,
        "Đầu tư tài chính",
        ("xử phạt thao túng chứng khoán", "Tiên Sơn Thanh Hoá", "AAT", "thao túng cổ phiếu"),
    ),
    Read(
        "cafef.vn/tang-ho-tro-chuyen-muc-dich-su-dung-dat.html",
        "https://cafef.vn/tang-ho-tro-giam-ap-luc-tai-chinh-khi-chuyen-muc-dich-su-dung-dat-188260307071033787.chn",
        "Tăng hỗ trợ, giảm áp lực tài chính khi chuyển mục đích sử dụng đất",
        "Theo Hồ Hương",
        ("Hồ Hương",),
        "2026-03-07T09:40+07:00",
        None,
        "Bất động sản",
        ("Bộ Tài chính", "xã Thuận Hạnh"),
    ),
    Read(
        "dantri.com.vn/gia-vang-giam-20260307.html",
        "https://dantri.com.vn/kinh-doanh/gia-vang-giam-van-cao-hon-the-gioi-gan-20-trieu-dongluong-20260307080054340.htm",
        "Giá vàng giảm, vẫn cao hơn thế giới gần 20 triệu đồng/lượng",
        "Tri Túc",
        ("Tri Túc",),
        "2026-03-07T08:07+07:00",
        "2026-03-07T08:07+07:00",
        "Tài chính",
        ("Vàng trong nước giảm", "vàng miếng SJC", "giảm 900.000 đồng/lượng", "vàng nhẫn", "cao hơn thế giới"),
    ),
    Read(
        "tuoitre.vn/chien-su-day-gia-hoa-20260307075519174.html",
        "https://tuoitre.vn/chien-su-day-gia-hoa-nhap-khau-dip-8-3-tang-manh-20260307075519174.htm",
        "Chiến sự đẩy giá hoa nhập khẩu dịp 8-3 tăng mạnh",
        "NHẬT XUÂN; NGHI VŨ",  # two links side by side
        ("NHẬT XUÂN", "NGHI VŨ"),
        "2026-03-07T08:01+07:00",
        "2026-03-07T08:01+07:00",
        "Kinh doanh",
        ("chiến sự trung đông", "chiến tranh iran - israel", "hoa nhập khẩu", "ngày 8-3", "giá hoa"),
    ),
    Read(
        "vietnamnet.vn/co-phieu-flc-2495349.html",
        "https://vietnamnet.vn/co-phieu-flc-duoc-giao-dich-tro-lai-2495349.html",
        "Cổ phiếu FLC được giao dịch trở lại",
        "Duy Anh",
        ("Duy Anh",),
        "2026-03-07T08:52+07:00",
        "2026-03-07T08:52+07:00",
        "Tài chính",
        ("cổ phiếu", "tập đoàn flc", "cổ phiếu flc", "doanh nghiệp", "chứng khoán"),
    ),
    Read(
        "vnexpress.net/cach-cac-nuoc-doi-pho-5047363.html",
        "https://vnexpress.net/cach-cac-nuoc-doi-pho-cu-soc-nang-luong-tu-trung-dong-5047363.html",
        "Cách các nước đối phó cú sốc năng lượng từ Trung Đông",
        "Hà Thu (tổng hợp)",
        ("Hà Thu",),
        "2026-03-07T00:05+07:00",
        "2026-03-07T07:38+07:00",
        "Phân tích",
        ("Xung đột Trung Đông", "Trung Đông", "Giá xăng hôm nay", "Iran", "Israel",
         "Trung Quốc", "Ấn Độ", "Thái Lan", "Myanmar", "Nga", "Tin nóng"),
    ),
    Read(
        "vnexpress.net/viet-nam-mo-lai-duong-bay-4426992.html",
        "https://vnexpress.net/viet-nam-du-kien-mo-lai-toan-bo-duong-bay-quoc-te-tu-15-2-4426992.html",
        "Việt Nam dự kiến mở lại toàn bộ đường bay quốc tế từ 15/2",
        "Đoàn Loan",
        ("Đoàn Loan",),
        "2022-02-13T16:08+07:00",
        "2022-02-13T16:19+07:00",
        "Giao thông",
        ("Hàng không", "mở lại đường bay", "quốc tế", "thương mại thường lệ", "Tin nóng"),
    ),
)  # fmt: skip

each = pytest.mark.parametrize("article", ARTICLES, ids=[article.file for article in ARTICLES])
pytestmark = needs_pages


@cache
def read(article: Read) -> Metadata:
    page = parse((PAGES / article.file).read_text("utf-8"), article.url)
    assert page is not None
    return read_metadata(page, ())


def minute(moment: datetime | None) -> datetime | None:
    return moment.replace(second=0, microsecond=0) if moment else None


@each
def test_headline(article: Read) -> None:
    assert read(article).headline == article.headline


@each
def test_byline(article: Read) -> None:
    assert read(article).byline == article.byline


@each
def test_authors(article: Read) -> None:
    assert read(article).authors == article.authors


@each
def test_published(article: Read) -> None:
    assert minute(read(article).published_at) == datetime.fromisoformat(article.published)


@each
def test_modified(article: Read) -> None:
    assert minute(read(article).modified_at) == (datetime.fromisoformat(article.modified) if article.modified else None)


@each
def test_section(article: Read) -> None:
    assert read(article).section == article.section


@each
def test_tags(article: Read) -> None:
    assert read(article).tags == article.tags


@each
def test_language(article: Read) -> None:
    assert read(article).language == "vi"


@each
def test_canonical_address(article: Read) -> None:
    assert read(article).canonical_url == article.url


@each
def test_signature_is_told_to_the_body_reader(article: Read) -> None:
    """Whoever shows the byline is in `used`, and nothing of it is running text."""
    shown = [" ".join(element.text_content().split()) for element in read(article).used]
    assert any(article.authors[0] in text for text in shown)
    assert all(len(text) < 200 for text in shown)
