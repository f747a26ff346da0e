"""A newspaper whose pages call their parts by names that nobody else uses, so that its reader needs rules."""

from __future__ import annotations

from tests.crawler.serving import Answer

HTML = (("Content-Type", b"text/html; charset=utf-8"),)
WRITERS = ("Lê Thu Hà", "Trần Đức Long", "Phạm Minh Châu", "Đỗ Quang Vĩnh", "Vũ Hồng Gấm", "Ngô Dương Miên")
PLACES = ("Hạ Thao", "Yên Lĩnh", "Đồng Mực", "Phú Khê", "Vân Trung", "Gò Sặt")
MENU = '<div class="thanh"><a href="/">Trang nhất</a> <a href="/doi-song">Đời sống</a> <a href="/que-nha">Quê nhà</a></div>'


def address(number: int) -> str:
    return f"/doi-song/mot-ngay-o-lang-{number}-{4210 + number}81.html"


def story(number: int) -> Answer:
    """An article; its writer stands under the headline in `p.tay-but`, its moment under the text in `#gio-len-mang`."""
    place, writer = PLACES[number], WRITERS[number]
    headline = f"Một ngày ở làng {place} sau mùa nước lớn"
    paragraphs = "".join(
        f"<p>Ở {place}, {what} Bà con kể lại với chúng tôi như vậy trong buổi chiều thứ {number + 2} của chuyến đi dài ngày.</p>"
        for what in (
            "nước rút để lại một lớp phù sa dày đến mắt cá chân trên những thửa ruộng ven sông.",
            "người ta đã bắt đầu gieo lại vụ rau đông và sửa lại những mái nhà tốc ngói.",
            "trường học mở cửa trở lại từ hôm qua, sau chín ngày học sinh phải nghỉ ở nhà.",
            "chợ phiên họp ngay trên mặt đê vì bãi chợ cũ hãy còn lầy lội chưa dọn xong.",
        )
    )
    related = "".join(
        f'<li><a href="{address(one)}">Chuyện cũ ở {PLACES[one]} 0{one + 1}/04/2026</a></li>' for one in range(6)
    )
    body = (
        f'<html lang="vi"><head><title>{headline} | Báo Ven Sông</title></head><body>{MENU}'
        f'<h1>{headline}</h1><p class="tay-but">{writer}</p><div class="than-bai">{paragraphs}</div>'
        f'<div class="chan"><span id="gio-len-mang">Lên mạng 07:3{number} ngày 1{number}/05/2026</span></div>'
        f'<ul class="cu">{related}</ul><p class="loi">Bản quyền thuộc về Báo Ven Sông</p></body></html>'
    )
    return Answer(body.encode(), headers=HTML)


def front(title: str) -> Answer:
    teasers = "".join(
        f'<div class="muc"><h3><a href="{address(one)}">Một ngày ở làng {PLACES[one]} sau mùa nước lớn</a></h3>'
        f"<p>Chuyện của một làng bên sông.</p></div>"
        for one in range(6)
    )
    page = f'<html lang="vi"><head><title>{title} | Báo Ven Sông</title></head><body>{MENU}{teasers}</body></html>'
    return Answer(page.encode(), headers=HTML)


PAPER = {
    "/": front("Tin ven sông"),
    "/doi-song": front("Đời sống"),
    "/que-nha": front("Quê nhà"),
    **{address(number): story(number) for number in range(6)},
}
