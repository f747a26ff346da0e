"""Renders the boilerplate around articles, which changes without them: clock, counter, adverts, lists, comments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from random import Random

from crawler.demo import printed_dates
from crawler.demo.bodies import Html, items, join, link, tag, text
from crawler.demo.edition import Edition
from crawler.demo.newsroom_records import Article, date_of
from crawler.demo.section_addresses import Section, article_path

NAME = "Báo Sông Thao"
SLOGAN = "Cơ quan ngôn luận của nhân dân tỉnh Thao Giang"
PARTNERS = (
    ("http://www.thaogiang.gov.example/", "Cổng thông tin điện tử tỉnh Thao Giang"),
    ("http://thaogiangtv.example/", "Đài Phát thanh và Truyền hình Thao Giang"),
    ("https://thuvien.thaogiang.example/", "Thư viện tỉnh"),
    ("http://baodoibac.example/rss.htm", "Báo Đồi Bắc"),
)
READERS = (
    "Nguyễn Thị Lụa", "Trần Bá Khang", "Độc giả Vân Trung", "lethanh62", "Phạm Quốc Hưng", "Cô giáo Mận", "Bùi Văn Sỹ",
)  # fmt: skip
REMARKS = (
    "Bài viết rất hay, mong báo tiếp tục theo dõi việc này.",
    "Ở thôn tôi cũng vậy, đề nghị các cấp quan tâm hơn nữa.",
    "Cảm ơn tòa soạn đã phản ánh đúng thực tế địa phương.",
    "Xin hỏi bao giờ thì đến lượt các xã vùng cao?",
    "Ảnh đẹp quá, quê mình đổi thay nhiều.",
    "Tôi thấy số liệu cần nói rõ hơn theo từng xã.",
)
ADVERTS = 10


@dataclass(frozen=True)
class RequestContext:
    """One request to the paper. base: scheme and host without slash. serial: its number since the start; seeds all that
    changes from one request to the next. now: the paper's date with the clock's time of day."""

    edition: Edition
    base: str
    serial: int
    now: datetime

    @property
    def dice(self) -> Random:
        return Random(self.edition.day * 100_003 + self.serial)


def clock(visit: RequestContext) -> Html:
    now = visit.now
    return text(f"{printed_dates.weekday(now)}, ngày {now:%d/%m/%Y} | {now:%H:%M:%S}")


def views(visit: RequestContext, article: Article) -> str:
    """The view counter: grows with every request to the paper."""
    count = article.id % 900 + visit.edition.day * 137 + visit.serial
    return f"{count:,}".replace(",", ".")


def visitors(visit: RequestContext) -> Html:
    count = f"{4_218_337 + visit.edition.day * 5210 + visit.serial:,}".replace(",", ".")
    return text(f"Số lượt truy cập: {count}")


def advert(visit: RequestContext, position: int, wide: bool = False) -> Html:
    """A banner advert; differs at every request and in every place of the page."""
    number = (visit.serial + position * 3) % (ADVERTS // 2) * 2 + (1 if wide else 0)
    picture = tag("img", src=f"/quang-cao/{number}.png", alt="Quảng cáo", border=0)
    return tag("div", tag("a", picture, href=f"http://quangcao.example/?c={number}"), class_="qc")


def article_link(article: Article, query: str = "") -> Html:
    return link(article_path(article) + query, article.headline)


def dated_link(article: Article) -> Html:
    if article.date_form == "none":
        return article_link(article)
    date = tag("span", text(f"({printed_dates.short(article.published)})"), class_="ngay")
    return join(article_link(article), text(" "), date)


@lru_cache(maxsize=16)
def latest(edition: Edition) -> tuple[Html, ...]:
    return tuple(article_link(article, "?utm_source=moi-nhat&utm_medium=sidebar") for article in edition.open[:6])


def most_read(visit: RequestContext) -> tuple[Html, ...]:
    return tuple(visit.dice.sample(_open_links(visit.edition), 5))


@lru_cache(maxsize=16)
def _open_links(edition: Edition) -> tuple[Html, ...]:
    return tuple(article_link(article) for article in edition.open)


def others(visit: RequestContext, article: Article) -> tuple[Html, ...]:
    """The links of `Các tin khác`: older news of the section, with dates."""
    return tuple(entry for number, entry in _dated_links(visit.edition, article.section) if number != article.id)[:6]


@lru_cache(maxsize=200)
def _dated_links(edition: Edition, section: str) -> tuple[tuple[int, Html], ...]:
    """(id, link) of the newest articles of a section, one more than are shown."""
    in_section = [article for article in edition.open if article.section == section]
    return tuple((article.id, dated_link(article)) for article in in_section[:7])


def comments(visit: RequestContext, article: Article) -> tuple[Html, ...]:
    """Readers' comments: some from the first day, more every day."""
    rng = Random(article.id)
    count = rng.randint(0, 2) + (visit.edition.day - 1) * 2 + (visit.serial % 7 == 0)
    return tuple(_comment(visit, rng, index) for index in range(count))


def _comment(visit: RequestContext, rng: Random, index: int) -> Html:
    moment = min(date_of(1) + timedelta(hours=9, minutes=index * 471), visit.now)
    author_line = join(tag("b", text(rng.choice(READERS))), text(f" - {printed_dates.visible('plain', moment)}"))
    return tag("div", author_line, tag("p", text(rng.choice(REMARKS))), class_="comment")


@lru_cache(maxsize=16)
def menu(edition: Edition) -> tuple[Html, ...]:
    feed_link = [link("/rss.html", "RSS")] if edition.numbers else []
    return (
        link("/", "Trang chủ"),
        *(link(section.path, section.name) for section in edition.sections),
        link("/tim-kiem", "Tìm kiếm"),
        *feed_link,
    )


@cache
def partners() -> tuple[Html, ...]:
    return tuple(link(address, name, target="_blank", rel="nofollow") for address, name in PARTNERS)


def tags(article: Article) -> tuple[Html, ...]:
    return tuple(link(f"/tim-kiem?tu-khoa={number}", word) for number, word in enumerate(article.tags))


def share(visit: RequestContext, article: Article) -> Html:
    address = visit.base + article_path(article)
    links = join(
        link(f"https://social.example/share?u={address}", "Facebook"),
        link(f"mailto:?subject=Bao%20Song%20Thao&body={address}", "Email"),
        link(f"/in-bai/{article.id}", "In bài viết", rel="nofollow"),
        link(f"{article_path(article)}?fbclid=IwAR0{article.id}#comments", "Bình luận"),
        by=" ",
    )
    return tag("div", text("Chia sẻ: "), links, class_="chia-se")


@cache
def licence() -> Html:
    mail = link("mailto:toasoan@baosongthao.example", "toasoan@baosongthao.example")
    return join(
        tag("p", tag("b", text(f"{NAME} điện tử")), text(f" - {SLOGAN}")),
        tag("p", text("Giấy phép hoạt động số 117/GP-TTĐT cấp ngày 02/03/2020. Phụ trách: Lương Khánh Toàn")),
        tag("p", text("Tòa soạn: số 8 phố Bến Gót, thành phố Thao Giang. Điện thoại: (0299) 3.000.118 - "), mail),
        tag("p", text("Ghi rõ nguồn “Báo Sông Thao” khi phát hành lại thông tin từ trang này.")),
    )


@cache
def breadcrumb(section: Section) -> Html:
    return join(link("/", "Trang chủ"), text(" » "), link(section.path, section.name))


def box(title: str, entries: tuple[Html, ...], name: str) -> Html:
    return tag("div", tag("h3", text(title)), items(*entries), class_=f"box {name}")
