"""Heads and signatures of articles as the systems of Vietnamese papers write them (documented and saved pages, 2017
to 2026), each with the authors and the moment that a reader finds there. {headline} and {body} are filled in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class System:
    name: str
    html: str
    authors: tuple[str, ...]
    published: str


SYSTEMS = (
    System(
        "ePi",
        """
        <h1 class="article__title cms-title">{headline}</h1>
        <div class="article__meta"><time class="time" datetime="2026-09-06T15:33:28+0700">06/09/2026 15:33</time></div>
        <div class="article__sapo cms-desc">TPO - Sapo.</div>
        <div class="article__body cms-body">{body}</div>
        <div class="article__author"><p class="name">Minh Đức</p></div>
        """,
        ("Minh Đức",),
        "2026-09-06T15:33:28+07:00",
    ),
    System(
        "ePi with two authors",
        """
        <h1 class="cms-title">{headline}</h1>
        <div class="article__meta">
          <a class="cms-author" href="/tac-gia/a-1.html"><b>Nguyễn Hải</b></a>
          <a class="cms-author" href="/tac-gia/b-2.html"><b>Trần Bình</b></a>
          <time>06/09/2026 15:33</time>
        </div>
        {body}
        """,
        ("Nguyễn Hải", "Trần Bình"),
        "2026-09-06T15:33+07:00",
    ),
    System(
        "b-maincontent",
        """
        <h1 class="sc-longform-header-title">{headline}</h1>
        <span class="sc-longform-header-author">Thành Chung</span>
        <span class="sc-longform-header-date">14/08/2026 - 21:20</span>
        <div class="b-maincontent">{body}</div>
        """,
        ("Thành Chung",),
        "2026-08-14T21:20+07:00",
    ),
    System(
        "TTXVN",
        """
        <form><h1 class="detail-title">{headline}</h1>
        <div class="date"><span class="txt">Thứ Năm, 16/07/2026 17:17</span></div>
        <ul class="list-concern">
          <li><a href="/a">Một bài khác của báo về chuyện khác nữa</a> 01/01/2020 10:00</li>
          <li><a href="/b">Một bài khác của báo về chuyện khác hẳn</a> 02/01/2020 10:00</li>
        </ul>
        <div id="divfirst">{body}</div>
        <div class="author"><strong>Tâm Hằng</strong> <i>(TTXVN)</i></div></form>
        """,
        ("Tâm Hằng",),
        "2026-07-16T17:17+07:00",
    ),
    System(
        "VCCorp",
        """
        <h1 class="detail-title" data-role="title">{headline}</h1>
        <div class="detail-time"><div data-role="publishdate">07/03/2026 07:13 GMT+7</div></div>
        <p class="name" data-role="author">Minh Chiến</p>
        <div class="detail-content afcbc-body">{body}</div>
        """,
        ("Minh Chiến",),
        "2026-03-07T07:13+07:00",
    ),
    System(
        "DotNetNuke without h1",
        """
        <form><table><tr><td><div class="title">{headline}</div>
        <div class="padT4 padB10 titleDdtail f-11"><span>Thứ Hai, 20/05/2024</span> <span>|</span> 08:15</div>
        <div class="content-about-baiviet">{body}
        <p style="text-align: right;"><strong>Bài, ảnh: Dương Hà</strong></p></div></td></tr></table></form>
        """,
        ("Dương Hà",),
        "2024-05-20T08:15+07:00",
    ),
    System(
        "day and time apart",
        """
        <h1>{headline}</h1>
        <p class="meta"><span>Thứ ba, 14/05/2024</span><span>10:20</span></p>
        {body}<p>Hải Anh</p>
        """,
        ("Hải Anh",),
        "2024-05-14T10:20+07:00",
    ),
    System(
        "author in the date line",
        """
        <h1>{headline}</h1>
        <div class="info">Đăng lúc: 20/05/2024 14:05 (GMT+7) | Lượt xem: 123 | Tác giả: Hải Yến</div>
        {body}
        """,
        ("Hải Yến",),
        "2024-05-20T14:05+07:00",
    ),
    System(
        "date above the headline",
        '<div class="ngay">Thứ Hai, 20/05/2024 08:15</div><h1>{headline}</h1>{body}<p align="right"><b>Thái</b></p>',
        ("Thái",),
        "2024-05-20T08:15+07:00",
    ),
    System(
        "nobody named",
        """
        <h1>{headline}</h1><div class="date">20-05-2024 | 14h05</div>
        {body}<p align="right"><strong>Nhóm P.V</strong></p>
        """,
        (),
        "2024-05-20T14:05+07:00",
    ),
)
