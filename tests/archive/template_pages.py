"""Pages as a newspaper's template makes them: 25 kB, most of it the same on every page."""

from __future__ import annotations

import random

_MENU = "".join(
    f'<li class="menu-item-{n}"><a href="/chuyen-muc-{n}">Chuyên mục {n * 7919}</a></li>' for n in range(400)
)
_SYLLABLES = [
    "cầu",
    "đường",
    "xã",
    "huyện",
    "tỉnh",
    "ông",
    "bà",
    "mùa",
    "lúa",
    "sông",
    "núi",
    "chợ",
    "trường",
    "học",
    "trò",
    "nước",
    "gió",
    "mưa",
    "nắng",
    "ngày",
    "tháng",
]


def paper_page(number: int, edit: int = 0) -> str:
    """Page `number` of the paper, with 2 kB of its own; an edit changes a sentence and a token."""
    own = random.Random(number)
    text = "".join(f"<p>{' '.join(own.choices(_SYLLABLES, k=60))}</p>" for _ in range(6))
    token = random.Random(number * 1000 + edit).getrandbits(128)
    return f"<html><ul>{_MENU}</ul><h1>Bài {number}</h1>{text}<p>Sửa {edit}</p><i>{token:x}</i></html>"
