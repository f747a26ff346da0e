"""Saved pages of Vietnamese newspapers, with what a person reads in them. Dates and authors: test_metadata_real_pages.py."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from archive import Reading, Unreadable, read_page

PAGES = Path(__file__).resolve().parents[3] / "shared" / "pages"
pytestmark = pytest.mark.skipif(not PAGES.is_dir(), reason="the saved pages are not beside the repository")


@dataclass(frozen=True)
class Expected:
    """What a person reads: `blocks` counts paragraphs and subheads, captions are (caption, credit, end of address)."""

    file: str
    url: str
    headline: str
    lead: str
    first: str
    last: str
    blocks: int
    captions: tuple[tuple[str, str | None, str], ...] = ()


ARTICLES = {
    "tuoitre": Expected(
        "tuoitre.vn/chien-su-day-gia-hoa-20260307075519174.html",
        "https://tuoitre.vn/chien-su-day-gia-hoa-nhap-khau-dip-8-3-tang-manh-20260307075519174.htm",
        "Chiến sự đẩy giá hoa nhập khẩu dịp 8-3 tăng mạnh",
        "Xung đột ở khu vực Trung Đông khiến các shop hoa ghi nhận tình trạng hoa nhập khẩu khan hiếm, tăng giá do chi"
        " phí vận chuyển trong dịp lễ 8-3 năm nay.",
        "Nhiều chuyến bay vận chuyển hoa từ các thị trường truyền thống",
        "Ngoài ra, cửa hàng cũng hướng sang các sản phẩm thay thế như hoa sáp hoặc bó quà từ rau củ.",
        26,
        (
            (
                "Theo cửa hàng hoa, một bó hoa hồng từ 10 - 20 bông dao động từ 400.000 đồng đến 1 triệu đồng",
                "H.Y.T.",
                "hoa-17728446153721869841046.jpg",
            ),
            (
                "Một cửa hàng chuyển hướng sang các sản phẩm thay thế như hoa sáp hay bó quà từ rau củ trong dịp 8-3 năm nay",
                "P.T.",
                "rau-thay-hoa-177284466495932924295.jpg",
            ),
        ),
    ),
    "cafef": Expected(
        "cafef.vn/tang-ho-tro-chuyen-muc-dich-su-dung-dat.html",
        "https://cafef.vn/tang-ho-tro-giam-ap-luc-tai-chinh-khi-chuyen-muc-dich-su-dung-dat-188260307071033787.chn",
        "Tăng hỗ trợ, giảm áp lực tài chính khi chuyển mục đích sử dụng đất",
        "Bộ Tài chính cho biết các quy định mới về tiền sử dụng đất đã được điều chỉnh theo hướng tháo gỡ vướng mắc,"
        " giảm nghĩa vụ tài chính trong một số trường hợp chuyển mục đích sang đất ở, đồng thời duy trì chính sách"
        " miễn, giảm và ghi nợ đối với nhóm đối tượng yếu thế theo quy định của Luật Đất đai năm 2024.",
        "Gửi kiến nghị tới Bộ Tài chính, cử tri xã Thuận Hạnh phản ánh",
        "Các quy định nêu trên đã thể hiện định hướng điều chỉnh chính sách",
        9,
        (("Ảnh minh hoạ.", None, "1772842198458483597303.jpeg"),),
    ),
    "vietnamnet": Expected(
        "vietnamnet.vn/co-phieu-flc-2495349.html",
        "https://vietnamnet.vn/co-phieu-flc-duoc-giao-dich-tro-lai-2495349.html",
        "Cổ phiếu FLC được giao dịch trở lại",
        "CTCP Tập đoàn FLC cho biết cổ phiếu FLC đã được giao dịch trở lại thông qua hệ thống lưu ký tại CTCP Chứng"
        " khoán Artex kể từ ngày 6/3/2026.",
        "Theo thông báo của doanh nghiệp, Chứng khoán Artex sẽ là đơn vị quản lý",
        "Cổ phiếu này sau đó chuyển sang giao dịch trên UPCoM nhưng tiếp tục bị",
        8,
        (("Một dự án của FLC.", "Hồng Khanh", "flc-vietnamnet-251.jpg?width=0&s=FgPoEhXuqvoX6cEGVEmcOw"),),
    ),
    "vnexpress 2026": Expected(
        "vnexpress.net/cach-cac-nuoc-doi-pho-5047363.html",
        "https://vnexpress.net/cach-cac-nuoc-doi-pho-cu-soc-nang-luong-tu-trung-dong-5047363.html",
        "Cách các nước đối phó cú sốc năng lượng từ Trung Đông",
        "Trung Quốc, Nhật Bản, Thái Lan hạn chế xuất khẩu nhiên liệu, Ấn Độ tăng mua dầu Nga, còn Myanmar hạn chế xe"
        " lưu thông khi thị trường năng lượng gián đoạn.",
        "Xung đột giữa Mỹ - Israel với Iran đã bước sang ngày thứ 6",
        "Trước mắt, cơ quan quản lý tăng kiểm tra tình hình nhập khẩu, dự trữ",
        28,
        (
            (
                "Công nhân đi qua các ống dẫn dầu tại một nhà máy lọc dầu ở Vũ Hán (Hồ Bắc, Trung Quốc).",
                "Reuters",
                "1772775403.jpg?w=680&h=0&q=100&dpr=1&fit=crop&s=_iJwF-D4PhD9YmKSYQy3ZA",
            ),
            (
                "Tàu dầu gần thành phố cảng Nakhodka (Nga) tháng 12/2022.",
                "Reuters",
                "1772775403.jpg?w=680&h=0&q=100&dpr=1&fit=crop&s=WeYPEpFppqtNesNSTEirZQ",
            ),
        ),
    ),
    "vnexpress 2022": Expected(
        "vnexpress.net/viet-nam-mo-lai-duong-bay-4426992.html",
        "https://vnexpress.net/viet-nam-du-kien-mo-lai-toan-bo-duong-bay-quoc-te-tu-15-2-4426992.html",
        "Việt Nam dự kiến mở lại toàn bộ đường bay quốc tế từ 15/2",
        "Cục Hàng không Việt Nam đã thông báo đến nhà chức trách các nước về việc không hạn chế khai thác các chuyến"
        " bay thương mại quốc tế từ ngày 15/2.",
        "Ông Đinh Việt Sơn, Phó cục trưởng Hàng không Việt Nam, thông tin nội dung trên",
        "Với tỷ lệ tiêm vaccine tăng cao, nhiều nước trên thế giới đã đưa ra",
        7,
        (("Máy bay tại Tân Sơn Nhất.", "Quỳnh Trần", "fit=crop&s=9OX9EX45mSaOB5cnuSJI8Q"),),
    ),
    "baodautu": Expected(
        "baodautu.vn/xu-phat-giam-doc-tien-son-d53.html",
        "https://baodautu.vn/xu-phat-giam-doc-tai-chinh-tap-doan-tien-son-thanh-hoa-vi-thao-tung-co-phieu-d538952.html",
        "Xử phạt Giám đốc tài chính Tập đoàn Tiên Sơn Thanh Hoá vì thao túng cổ phiếu",
        "Ông Tống Anh Linh - Giám đốc tài chính của CTCP Tập đoàn Tiên Sơn Thanh Hóa - đã sử dụng 30 tài khoản chứng"
        " khoán để liên tục thực hiện việc mua, bán cổ phiếu AAT nhằm tạo ra cung, cầu giả tạo.",
        "Uỷ ban Chứng khoán Nhà nước vừa có quyết định xử phạt vi phạm hành chính",
        "Cổ phiếu AAT cũng đang nằm trong diện cảnh báo và bị kiểm soát trong năm 2025",
        12,
        (("Diễn biến cổ phiếu AAT trong giai đoạn 2021 - 2023", None, "luc-231256png1772814568.png"),),
    ),
    "dantri": Expected(
        "dantri.com.vn/gia-vang-giam-20260307.html",
        "https://dantri.com.vn/kinh-doanh/gia-vang-giam-van-cao-hon-the-gioi-gan-20-trieu-dongluong-20260307080054340.htm",
        "Giá vàng giảm, vẫn cao hơn thế giới gần 20 triệu đồng/lượng",
        "(Dân trí) - Giá vàng trong nước tiếp tục giảm, xuống mức 183,8 triệu đồng/lượng ở chiều bán ra với vàng miếng"
        " SJC. Tuy nhiên, giá này vẫn đắt hơn thế giới gần 20 triệu đồng/lượng.",
        "Cụ thể, chốt phiên 6/3, giá vàng miếng SJC được niêm yết tại mức",
        "Tỷ giá USD tại Sở giao dịch Ngân hàng Nhà nước mua vào - bán ra tiếp tục tăng nhẹ",
        12,
    ),
}
OTHERS = {
    "baocaobang.vn/home_2017.html": "http://www.baocaobang.vn/",
    "baodautu.vn/list_tai-chinh-chung-khoan.html": "https://baodautu.vn/tai-chinh-chung-khoan-d6/",
    "cafef.vn/list_thi-truong-chung-khoan.html": "https://cafef.vn/thi-truong-chung-khoan.chn",
    "dantri.com.vn/home_2019.html": "https://dantri.com.vn/",
    "dantri.com.vn/list_kinh-doanh.html": "https://dantri.com.vn/kinh-doanh.htm",
    "tuoitre.vn/list_kinh-doanh.html": "https://tuoitre.vn/kinh-doanh.htm",
    "vnexpress.net/list_kinh-doanh.html": "https://vnexpress.net/kinh-doanh",
}
ARTICLE_ADDRESS = "https://bao.example.vn/mot-dia-chi-nhu-cua-mot-bai-bao-123456.html"


@lru_cache(maxsize=16)
def reading_of(name: str) -> Reading:
    expected = ARTICLES[name]
    reading = read_page((PAGES / expected.file).read_bytes(), expected.url)
    assert isinstance(reading, Reading), reading
    return reading


@pytest.mark.parametrize("name", ARTICLES)
def test_headline(name: str) -> None:
    assert reading_of(name).headline == ARTICLES[name].headline


@pytest.mark.parametrize("name", ARTICLES)
def test_lead(name: str) -> None:
    assert reading_of(name).lead == ARTICLES[name].lead


@pytest.mark.parametrize("name", ARTICLES)
def test_captions_credits_and_addresses(name: str) -> None:
    images = [image for image in reading_of(name).images if image.caption]
    shown = tuple((image.caption, image.credit) for image in images)
    assert shown == tuple((caption, credit) for caption, credit, _ in ARTICLES[name].captions)
    for image, (_, _, end) in zip(images, ARTICLES[name].captions, strict=True):
        assert image.url.endswith(end)


@pytest.mark.parametrize("name", ARTICLES)
def test_first_and_last_paragraph(name: str) -> None:
    texts = reading_of(name).text.split("\n\n")
    assert texts[0].startswith(ARTICLES[name].first)
    assert texts[-1].startswith(ARTICLES[name].last)


@pytest.mark.parametrize("name", ARTICLES)
def test_number_of_paragraphs_and_subheads(name: str) -> None:
    kinds = [block.kind for block in reading_of(name).blocks]
    assert kinds.count("paragraph") + kinds.count("subhead") == ARTICLES[name].blocks
    assert set(kinds) <= {"paragraph", "subhead", "image"}


@pytest.mark.parametrize("name", ARTICLES)
def test_no_caption_is_left_in_the_body(name: str) -> None:
    text = reading_of(name).text
    assert not any(image.caption in text for image in reading_of(name).images if image.caption)


@pytest.mark.parametrize("address", ["its own", "like an article's"])
@pytest.mark.parametrize("file", OTHERS)
def test_lists_and_home_pages_are_no_articles(file: str, address: str) -> None:
    found = read_page((PAGES / file).read_bytes(), OTHERS[file] if address == "its own" else ARTICLE_ADDRESS)
    assert isinstance(found, Unreadable)
    assert found.reason in ("listing", "home")
