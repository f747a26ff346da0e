"""Facts of a made-up paper in one line each: what addresses showed, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

from archive.history import (
    Article,
    History,
    OutletEvidence,
    PictureFetch,
    Shown,
    UrlCapture,
    derive,
    in_time,
    versions_of,
)
from archive.model.records import Image, Outlet, Reading, Unreadable

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
PAPER = Outlet("bao", "Báo Thử", "https://bao.example/", ("bao.example",))
SITE = "https://bao.example"
PUBLISHED = datetime(2026, 5, 18, 8, 15, tzinfo=timezone(timedelta(hours=7)))

_STORIES = {
    "cầu": (
        "Cầu mới qua sông",
        "Huyện Tam Sông khánh thành cây cầu bắc qua sông Con, nối hai xã vốn cách nhau một chuyến đò.",
        "Cầu dài 212 mét, rộng 9 mét, do người dân hai bờ góp đất và tỉnh cấp vốn từ mùa thu hai năm trước.",
        "Bà Nguyễn Thị Mận cho biết từ nay các cháu đến trường không còn phải chờ nước rút như mọi năm.",
    ),
    "chè": (
        "Giá chè búp tươi tăng",
        "Nhà máy ở Phú Khê mua 40 tấn một ngày, giá cao hơn đầu vụ chừng hai nghìn đồng mỗi cân.",
        "Ông Đỗ Văn Sửu hái từ bốn giờ sáng, cả nhà năm người được hơn một tạ trước khi nắng lên.",
        "Hợp tác xã đã ký hợp đồng bao tiêu đến hết tháng chín, trả tiền ngay trong ngày giao hàng.",
    ),
    "lũ": (
        "Nước lũ lên nhanh trong đêm",
        "Mực nước tại trạm Bến Đá vượt báo động hai lúc ba giờ sáng và còn tiếp tục dâng thêm.",
        "Bốn trăm hộ ven đê được đưa lên trường học, dân quân thức trắng đêm chuyển thóc và gia súc.",
        "Đài khí tượng dự báo mưa giảm từ chiều nay, nhưng đất trên sườn núi vẫn có thể sạt lở.",
    ),
}


def story(name: str = "cầu", edit: str = "", **parts: Any) -> Reading:
    """An article's reading; edit: a sentence more at its end."""
    headline, *paragraphs = _STORIES[name]
    text = "\n\n".join([*paragraphs, *filter(None, [edit])])
    return replace(Reading("article", headline, text=text, published_at=PUBLISHED), **parts)


def wrong(text: str = "Hệ thống đang được nâng cấp. Mong quý độc giả quay lại sau ít phút.", **parts: Any) -> Reading:
    """A page that a reader takes for an article, and that is none."""
    return replace(Reading("article", "Hệ thống đang bảo trì", text=text), **parts)


def picture(name: str, caption: str = "Cây cầu") -> Image:
    return Image(f"{SITE}/anh/{name}.jpg", caption, "Hà Thu")


def bytes_of(cell: int) -> Shown:
    """What a picture shows, all of one lightness."""
    return Shown(f"sha256:{cell:064x}", f"{cell:02x}" * 144)


@dataclass
class Facts:
    """Collects facts; each is an hour after the one before unless said otherwise."""

    looks: list[UrlCapture] = field(default_factory=list)
    pictures: list[PictureFetch] = field(default_factory=list)
    numbers: count[int] = field(default_factory=lambda: count(1))
    hours: count[int] = field(default_factory=count)

    def _at(self, hour: float | None) -> datetime:
        return NOON + timedelta(hours=next(self.hours) if hour is None else hour)

    def page(
        self, key: str, reading: Reading | Unreadable | str, hour: float | None = None, via: tuple[str, ...] = (),
        signs: OutletEvidence | None = None,
    ) -> Facts:  # fmt: skip
        """A page; reading: a reading, or why there is none."""
        if isinstance(reading, str):
            reading = Unreadable(reading)  # type: ignore[arg-type]  # the caller names a reason
        via = tuple(f"bao.example/{one}" for one in via)
        return self._add(key, "page", hour, reading=reading, via=via, signs=signs or OutletEvidence())

    def same(self, key: str, hour: float | None = None) -> Facts:
        """A 304."""
        return self._add(key, "confirmed", hour, status=304)

    def gone(self, key: str, hour: float | None = None, signs: OutletEvidence | None = None) -> Facts:
        """A 404."""
        return self._add(key, "gone", hour, status=404, reason="status 404", signs=signs or OutletEvidence())

    def error(self, key: str, hour: float | None = None) -> Facts:
        return self._add(key, "error", hour, status=503)

    def hop(self, key: str, to: str, hour: float | None = None) -> Facts:
        """A redirect inside the site."""
        return self._add(key, "redirect", hour, status=301, leads_to=f"bao.example/{to}", url=f"{SITE}/{to}")

    def fetch(self, name: str, shown: Shown, hour: float | None = None) -> Facts:
        """A picture."""
        self.pictures.append(PictureFetch(next(self.numbers), f"{SITE}/anh/{name}.jpg", self._at(hour), shown))
        return self

    def _add(self, key: str, answer: Any, hour: float | None, **facts: Any) -> Facts:
        url = facts.pop("url", f"{SITE}/{key}")
        facts |= {"digest": repr((facts.get("reading"), facts.get("signs")))}  # of one second, what is different
        look = UrlCapture(
            next(self.numbers),
            f"bao.example/{key}",
            url,
            self._at(hour),
            answer,
            requested_url=f"{SITE}/{key}",
            **facts,
        )
        self.looks.append(look)
        return self

    @property
    def history(self) -> History:
        return derive(in_time(self.looks, self.pictures), PAPER)


def told(history: History) -> list[Any]:
    """All that a history says, without the archive's own numbers."""
    return [
        _told(history, article) for article in sorted(history.articles, key=lambda one: (one.first_seen, one.primary))
    ]


def _told(history: History, article: Article) -> Any:
    versions = versions_of(article)
    return (
        article.primary,
        [
            (one.number, one.first_seen, one.changed, one.digest, one.words_of, one.returns, sorted(one.state.pictures))
            for one in versions.all
        ],
        article.tombstones,
        article.first_seen,
        article.last_seen,
        None if article.moved_to is None else history.articles[article.moved_to].primary,
        sorted(
            (key, one.since, one.kind) for key, one in history.addresses.items() if one.article == article.number
        ),
    )  # fmt: skip


def changes(facts: Facts, article: int = 0) -> list[str]:
    """The changed fields of an article's versions."""
    return [", ".join(one.changed) for one in versions_of(facts.history.articles[article]).all]


def verdicts(facts: Facts, key: str) -> Sequence[tuple[int | None, str]]:
    """What the pages of an address came to."""
    return [(one.state_index, one.why) for one in facts.history.verdicts if one.capture.key == f"bao.example/{key}"]
