"""Generates short articles from word lists, for a paper as large as a test needs; a number always gives the same
article."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

from crawler.demo.newsroom_records import HANOI, Article, Form, Passage, Revision
from crawler.demo.section_addresses import SHELVES, placement_of

FIRST_ID = 500_000
NEWEST = datetime(2026, 5, 3, 17, 30, tzinfo=HANOI)
"""The time of generated article 0: older than every written one, so that generated ones never push those off a list."""
APART = timedelta(minutes=37)

FORMS: tuple[Form, ...] = ("dnn", "webforms", "plain", "modern")
PLACES = (
    "Hạ Thao", "Yên Lĩnh", "Đồng Mực", "Phú Khê", "Vân Trung", "Gò Sặt", "Bến Dâu", "Thanh Lạc", "Cổ Am", "Suối Ngà",
)  # fmt: skip
BODIES = (
    "Hội Nông dân", "Đoàn Thanh niên", "Ban quản lý chợ", "Trạm Y tế", "Hợp tác xã", "Trường Tiểu học", "Tổ bảo vệ đê",
)  # fmt: skip
DEEDS = (
    "khơi thông kênh mương", "trồng thêm cây xanh ven đường", "kiểm tra an toàn điện", "tập huấn ghi chép sổ sách",
    "sửa lại nhà văn hóa thôn", "thu gom rác trên đồng", "tặng sách cho học sinh", "phát cỏ hai bên đường liên xã",
)  # fmt: skip
WHEN = ("sáng nay", "cuối tuần qua", "trong đợt cao điểm đầu tháng", "sau vụ thu hoạch", "trước mùa mưa")
RESULTS = (
    "Công việc kéo dài {n} buổi, có {m} người tham gia.",
    "Đến nay đã xong {n} trong số {m} phần việc ghi trong kế hoạch.",
    "Kinh phí {m} triệu đồng do người dân và xã cùng góp.",
    "So với cùng kỳ năm trước, số hộ tham gia tăng {n} hộ, lên {m} hộ.",
    "Theo kế hoạch, đợt tiếp theo sẽ làm thêm {m} m trong vòng {n} ngày.",
)
CLOSINGS = (
    "Bà con đề nghị xã bố trí thêm dụng cụ cho những đợt sau.",
    "Danh sách các hộ tham gia được niêm yết tại nhà văn hóa thôn.",
    "Những phần việc còn lại sẽ được bàn trong cuộc họp thôn cuối tháng.",
    "Cán bộ xã sẽ kiểm tra lại kết quả vào tuần tới.",
)
REPORTERS = ("Thu Hà", "Đức Long", "Minh Châu", "Quang Vĩnh", "Hồng Gấm")


@lru_cache(maxsize=4096)
def article(number: int, edit: Revision | None = None) -> Article:
    """The generated article of that number, counted from 0, newest first; negative ones came later. edit: the last edit
    of the newsroom that included it."""
    rng = Random(number)
    organization, place, deed, time_phrase = rng.choice(BODIES), rng.choice(PLACES), rng.choice(DEEDS), rng.choice(WHEN)
    headline = f"{organization} {place} {deed}, {f'đợt {number + 1}' if number >= 0 else f'lần {-number}'}"
    byline = rng.choice(REPORTERS)
    shelf = placement_of(number)
    return Article(
        id=FIRST_ID + number,
        slug=slug(headline),
        form=FORMS[(number + number // len(SHELVES)) % len(FORMS)],
        section=shelf.section,
        headline=headline,
        lead=f"{organization} xã {place} vừa {deed} {time_phrase}, với sự tham gia của nhiều hộ dân trong xã.",
        passages=tuple(Passage("paragraph", text) for text in _paragraphs(rng, place, number, edit)),
        published=published(number),
        byline=byline,
        authors=(byline,),
        reach=shelf.reach,
        linked_from=FIRST_ID + number - 1 if shelf.linked else None,
        modified=edit.edited_at if edit else None,
    )


def published(number: int) -> datetime:
    return NEWEST - number * APART


def _paragraphs(rng: Random, place: str, number: int, edit: Revision | None) -> list[str]:
    results = rng.sample(RESULTS, 3)
    numbers = [{"n": rng.randint(2, 19), "m": rng.randint(20, 480)} for _ in results]
    lines = [result.format(**pair) for result, pair in zip(results, numbers, strict=True)]
    lines[0] = f"Tại xã {place}, việc chuẩn bị bắt đầu từ đầu tháng. {lines[0]}"
    if placement_of(number + 1).linked:
        lines[1] += f" Trước đó, một [đợt tương tự](bai:{FIRST_ID + number + 1}) đã được tổ chức."
    if edit:
        lines[2] += f" Theo số liệu đính chính, tổng cộng có {400 + edit.number} lượt người tham gia."
    return [*lines, rng.choice(CLOSINGS)]


def slug(text: str) -> str:
    """The text as a URL slug: without diacritics, joined by hyphens."""
    folded = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    return "-".join("".join(char if char.isalnum() else " " for char in letters).split())
