"""A small newspaper, and runs of a crawl over it by its own door, without a wire: days pass in seconds.

What it shows depends on the hour; what a run asks for is written down.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message
from email.utils import format_datetime
from pathlib import Path
from subprocess import CompletedProcess

from sqlite_utils import Database

from archive import Capture, Outlet, finish_run, start_run
from archive.model import clock
from archive.pipeline.history_filing import judge_run
from archive.pipeline.page_reading import try_to_read
from crawler import discovery
from crawler.session import CrawlSession
from tests import killable_commands
from tests.crawler.serving import Answer

HOME = "https://bao.example/"
PAPER = Outlet("bao", "Báo Thử", HOME, ("bao.example",))
FEED, SITEMAP = f"{HOME}rss.xml", f"{HOME}sitemap.xml"
SECTIONS = [f"{HOME}{name}/" for name in ("thoi-su", "kinh-te", "van-hoa")]
_TEXT = (
    "Sáng {n}/5, bà con thôn {n} ra đồng kiểm tra tuyến kênh dài {m} mét vừa được nạo vét xong trong tháng.",
    "Theo ông Nguyễn Văn {n}, trưởng thôn, vụ này lúa trổ đều, dự kiến năng suất đạt {m} tạ mỗi héc-ta ruộng.",
    "Chị Trần Thị {n} cho biết gia đình chị trồng {m} sào rau màu, mỗi tháng thu về khoảng chín triệu đồng.",
    "Hợp tác xã số {n} đã ký hợp đồng bao tiêu với doanh nghiệp, cam kết giá sàn {m} nghìn đồng trong ba năm.",
)


@dataclass
class Story:
    """An article. edits: hours at which it gets another sentence; retitled: those at which its headline changes too;
    gone: when it is taken away; moved: when it is found under another address, with a redirect or without."""

    number: int
    born: float = -100.0
    edits: tuple[float, ...] = ()
    retitled: tuple[float, ...] = ()
    gone: float | None = None
    moved: float | None = None
    redirects: bool = False
    dated: bool = True

    def headline(self, hour: float) -> str:
        """What it is called."""
        changes = sum(moment <= hour for moment in self.retitled)
        return f"Thôn số {self.number} đón mùa vàng" + (f", tin giờ thứ {changes}" if changes else "")

    def url(self, hour: float) -> str:
        """Where it lives."""
        folder = "moi" if self.moved is not None and self.moved <= hour else "tin"
        return f"{HOME}{folder}/thon-don-mua-vang-{1000 + self.number}.htm"

    def is_there(self, hour: float) -> bool:
        """Whether it has been published, and not taken away."""
        return self.born <= hour and (self.gone is None or hour < self.gone)

    def page(self, hour: float, began: datetime) -> str:
        """Its page."""
        published = (began + timedelta(hours=self.born)).isoformat() if self.dated else ""
        said = [line.format(n=self.number, m=self.number * 7 + 13) for line in _TEXT]
        said += [
            f"Cập nhật lần thứ {n} của bài số {self.number}." for n, moment in enumerate(self.edits) if moment <= hour
        ]
        headline = self.headline(hour)
        return (
            f'<html lang="vi"><head><title>{headline}</title><meta property="og:type" content="article">'
            f'<meta property="article:published_time" content="{published}"></head><body><h1>{headline}</h1><article>'
            + "".join(f"<p>{line}</p>" for line in said) + "</article></body></html>"
        )  # fmt: skip


@dataclass
class SmallPaper:
    """began: the moment of hour 0. teased: what a list calls an article, its headline if nothing else is said.
    pictured: the file of the picture beside it on lists, "" for none. mapped: which articles the sitemap names at an hour. asked: every request, by the hour."""

    stories: list[Story]
    began: datetime
    has_feed: bool = True
    teased: Callable[[Story, float], str] = Story.headline
    pictured: Callable[[Story, float], str] = lambda story, hour: ""
    mapped: Callable[[Story, float], bool] = lambda story, hour: True
    asked: list[tuple[float, str]] = field(default_factory=list)

    def hour(self) -> float:
        """What time it is."""
        return (clock.now() - self.began) / timedelta(hours=1)

    def answer(self, url: str) -> Capture:
        """What an address answers now."""
        hour, moment = self.hour(), clock.now()
        self.asked.append((hour, url))
        for story in self.stories:
            if url == story.url(hour) and story.is_there(hour):
                return _shown(url, moment, story.page(hour, self.began))
            if story.redirects and url == story.url(-1) and story.is_there(hour):
                return Capture(url, story.url(hour), moment, 301, headers=(("Location", story.url(hour)),))
        if body := self._lists(hour).get(url):
            return _shown(url, moment, body)
        return _shown(url, moment, "<html><title>404</title><h1>404</h1></html>", 404)

    def _lists(self, hour: float) -> Mapping[str, str]:
        there = sorted((one for one in self.stories if one.is_there(hour)), key=lambda one: -one.born)
        lists = {HOME: self._list("Trang chủ", there[:10], hour, SECTIONS)}
        for number, section in enumerate(SECTIONS):
            of_section = [one for one in there if one.number % len(SECTIONS) == number]
            lists[section] = self._list(f"Mục {number}", of_section, hour, [HOME])
        named = "".join(f"<url><loc>{one.url(hour)}</loc></url>" for one in there if self.mapped(one, hour))
        if self.has_feed:
            lists[SITEMAP] = f"<urlset>{named}</urlset>"
            items = (f"<item><title>{one.headline(hour)}</title><link>{one.url(hour)}</link></item>" for one in there)
            lists[FEED] = f"<rss><channel>{''.join(list(items)[:10])}</channel></rss>"
        return lists

    def _list(self, title: str, stories: list[Story], hour: float, links: list[str]) -> str:
        items = "".join(f"<li>{self._teaser(one, hour)}</li>" for one in stories)
        others = "".join(f'<a href="{url}">Mục {n}</a>' for n, url in enumerate(links))
        return f"<html><title>{title}</title><body><h1>{title}</h1>{others}<ul>{items}</ul></body></html>"

    def _teaser(self, story: Story, hour: float) -> str:
        file = self.pictured(story, hour)
        picture = f'<a href="{story.url(hour)}"><img src="/anh/{file}" width="300" height="200"></a>' if file else ""
        return f'{picture}<h3><a href="{story.url(hour)}">{self.teased(story, hour)}</a></h3>'


def _shown(url: str, moment: datetime, body: str, status: int = 200) -> Capture:
    return Capture(url, url, moment, status, body=body.encode(), encoding="utf-8")


def crawl(db: Database, paper: SmallPaper, recheck_mode: str = "budget") -> CrawlSession:
    """One run, from its beginning to its end."""
    session = CrawlSession(db, start_run(db, PAPER, {}, clock.now()), recheck_mode=recheck_mode)  # type: ignore[arg-type]  # one of the three words
    session.seed([HOME, *([FEED, SITEMAP] if paper.has_feed else [])])
    while urls := session.take(50):
        for url in urls:
            _ask(session, paper, url)
    judge_run(db, session.run)
    finish_run(db, session.run, outcome="ok", reason=None, stats=session.counts, moment=clock.now())
    return session


def _ask(session: CrawlSession, paper: SmallPaper, url: str, via: tuple[str, ...] = ()) -> None:
    capture = paper.answer(url)
    capture = Capture(url, capture.final_url, capture.captured_at, capture.status, capture.headers, body=capture.body, encoding="utf-8", via=via)  # fmt: skip
    arrival = session.store_capture(capture)
    if arrival.outcome == "fresh":
        reading = try_to_read(arrival.source, capture.body or b"", "utf-8", session.boilerplate)
        links = discovery.links(capture.body or b"", capture.final_url, PAPER.hosts, "utf-8")
        handed = session.file_reading(capture, arrival, reading, links)
    else:
        handed = session.confirm(capture, arrival)
    if handed.onward:
        _ask(session, paper, handed.onward, (*via, url))


def every(hours: float, until: float, db: Database, paper: SmallPaper, recheck_mode: str = "budget") -> None:
    """Runs a crawl every so many hours, on the project's own clock."""
    while (hour := paper.hour()) <= until:
        crawl(db, paper, recheck_mode)
        clock.put_forward(clock._behind + timedelta(hours=hours - (paper.hour() - hour)))


class AtItsAddress(Mapping[str, Callable[[Message], Answer]]):
    """The paper as a server on loopback answers for it, by its own clock."""

    def __init__(self, paper: SmallPaper):
        self.paper = paper

    def __getitem__(self, path: str) -> Callable[[Message], Answer]:
        def answer(request: Message) -> Answer:
            here = f"http://{request['Host']}/"
            asked = HOME + path[1:]
            told = self.paper.answer(asked)
            kind = "text/xml" if asked in (FEED, SITEMAP) else "text/html"
            headers = [("Date", format_datetime(clock.now(), usegmt=True)), ("Content-Type", f"{kind}; charset=utf-8"),
                       *((name, value.replace(HOME, here)) for name, value in told.headers)]  # fmt: skip
            body = (told.body or b"").replace(HOME.encode(), here.encode())
            return Answer(body, told.status, tuple((name, value.encode()) for name, value in headers))

        return answer

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


_AT_ANOTHER_TIME = """
from datetime import timedelta; from archive.model import clock; from crawler.cli import main
clock.put_forward(timedelta(seconds={})); main()
"""


def crawl_for_real(folder: Path, base_url: str) -> CompletedProcess[str]:
    """`luubao crawl` in a process of its own, at the time that it is here, with nothing set but what describes the
    paper."""
    settings = folder / "luubao.toml"
    if not settings.exists():
        settings.write_text(
            f'[archive]\ndb = "luubao.db"\n[outlet.bao]\ntitle = "Báo Thử"\nhome_url = "{base_url}/"\n'
            'hosts = ["127.0.0.1"]\nfeeds = ["/rss.xml"]\nsitemaps = ["/sitemap.xml"]\ndelay = 0\n'
        )
    now = _AT_ANOTHER_TIME.format(clock._behind.total_seconds())
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LUUBAO_")}
    return killable_commands.run([sys.executable, "-c", now, "--config", str(settings), "crawl", "bao"], env=plain)
