"""Pages of an imaginary provincial paper: one article in the layouts and forms that real papers print."""

from __future__ import annotations

HEADLINE = "Tam Dương gắn việc học và làm theo Bác với các phong trào thi đua yêu nước"
LEAD = "Ba năm qua, phong trào thi đua ở huyện Tam Dương đã có nhiều cách làm hay, được nhân dân đồng tình ủng hộ."
PARAGRAPHS = (
    "Xác định việc thực hiện Kết luận số 01 là một trong những nhiệm vụ trọng tâm, BTV Huyện ủy Tam Dương đã chỉ đạo các cấp ủy xây dựng kế hoạch.",
    "Nhằm cụ thể nội dung chuyên đề toàn khóa, BTV Huyện ủy đã chỉ đạo các cơ quan căn cứ vào tình hình thực tế, xác định nhiệm vụ trọng tâm.",
    "Đề cao vai trò, trách nhiệm của các cấp ủy Đảng, nhất là người đứng đầu trong việc giải quyết có hiệu quả những vấn đề nổi cộm ở cơ sở.",
    "Các cấp ủy cơ sở đã đưa nội dung học tập và làm theo Bác vào sinh hoạt định kỳ hằng tháng, sinh hoạt chuyên đề của chi bộ.",
    "Chủ động nắm bắt, định hướng tư tưởng cho cán bộ, đảng viên nhằm ngăn chặn, đẩy lùi những biểu hiện suy thoái về đạo đức, lối sống.",
    "Mỗi phong trào có quy mô, cách làm khác nhau, thể hiện sinh động việc thi đua học tập và làm theo Bác trong toàn huyện.",
    "Trong 3 năm, toàn huyện đã xây dựng và duy trì hiệu quả hơn 200 mô hình, điển hình tập thể, cá nhân học và làm theo Bác.",
    "Đội ngũ cán bộ chủ chốt luôn nêu cao tính tiền phong, gương mẫu, thể hiện tinh thần trách nhiệm trong thực hiện nhiệm vụ được giao.",
)
CAPTION = "Người dân thôn Chằm, xã Hoàng Đan làm sạch đường làng, ngõ xóm."
PRINTED = f"{CAPTION} Ảnh: Dương Hà"
CREDIT = "Dương Hà"
PICTURE = "http://bao.example.vn/upload/2024/thon-cham.jpg"
IMG = '<img src="/upload/2024/thon-cham.jpg" width="600">'
URL = "http://bao.example.vn/tam-duong-gan-viec-hoc-va-lam-theo-bac-12345.html"

_RELATED = "".join(
    f'<li><a href="/tin-{n}.html">Tin số {n}: huyện tổ chức hội nghị sơ kết công tác</a> (1{n}/05/2024)</li>'
    for n in range(8)
)
TAIL = f"<h3>Phản hồi</h3><h3>Các tin khác</h3><ul>{_RELATED}</ul><h3>Mới nhất</h3><h3>Liên kết website</h3>"


def paragraphs(*inserted: tuple[int, str], tag: str = "p") -> str:
    """The article's paragraphs, with pieces of markup put before the paragraph of that number."""
    parts = []
    for number, text in enumerate(PARAGRAPHS):
        parts += [markup for place, markup in inserted if place == number]
        parts.append(f"<{tag}>{text}</{tag}>")
    return "".join(parts)


def modern(body: str, head: str = "") -> str:
    """A page of divs."""
    return (
        f"<html><head><title>{HEADLINE}</title><meta charset=utf-8>{head}</head><body>"
        '<div id="menu"><a href="/">Trang chủ</a> <a href="/kinh-te">Kinh tế</a> <a href="/van-hoa">Văn hóa</a></div>'
        f'<div class="page"><h1>{HEADLINE}</h1><div class="noi-dung-bai">{body}</div>{TAIL}</div>'
        "<div id=chan>Giấy phép số 12/GP-TTĐT ngày 02/03/2020</div></body></html>"
    )


def tables(body: str, head: str = "") -> str:
    """A page of 2008: everything in one form, laid out with tables."""
    return (
        f"<html><head><title>{HEADLINE}</title>{head}</head><body><form id=Form><input type=hidden name=__VIEWSTATE value=abc>"
        '<table width="1000"><tr><td width=200><a href="/kinh-te">Kinh tế</a><br><a href="/van-hoa">Văn hóa</a></td>'
        f'<td id="dnn_ContentPane"><h1>{HEADLINE}</h1>{body}{TAIL}</td></tr></table></form></body></html>'
    )
