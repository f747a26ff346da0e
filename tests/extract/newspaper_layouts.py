"""Three stories and eight layouts of pages that print them: a small CMS, a blog system, tables without a class, hashed
classes, no class at all, WebForms, a block-element-modifier style. Every form of newspaper_forms stands in each."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Story:
    """An article's words. rivals: headlines of other stories, under `related`."""

    language: str
    zone: str
    url: str
    site: str
    section: str
    headline: str
    lead: str
    text: tuple[str, ...]
    author: str
    date: str
    published: str
    related: str
    rivals: tuple[str, ...]
    captions: tuple[str, str]
    credit: str
    photographer: str

    @property
    def paragraphs(self) -> list[str]:
        return [f"<p>{text}</p>" for text in self.text]


VIETNAMESE = Story(
    "vi",
    "Asia/Ho_Chi_Minh",
    "https://baodoiche.example/kinh-te/khanh-thanh-tram-bom-20260314092500.html",
    "Báo Đồi Chè",
    "Kinh tế",
    "Xã Phú Lương khánh thành trạm bơm sau ba năm thi công",
    "Sáng 14/3, xã Phú Lương tổ chức lễ khánh thành trạm bơm Bãi Nổi, công trình người dân chờ đợi từ năm 2023.",
    (
        "Trạm bơm có công suất 12.000 m3 mỗi giờ, bảo đảm nước tưới cho 640 ha lúa và hoa màu của bốn thôn ven sông.",
        "Ông Hà Văn Toản, Chủ tịch UBND xã, cho biết tổng kinh phí là 38 tỷ đồng, trong đó ngân sách tỉnh hỗ trợ một nửa.",
        "“Trước đây cứ đến tháng ba là chúng tôi phải thức đêm canh nước, nay thì yên tâm rồi”, bà Lê Thị Nhàn nói.",
        "Theo kế hoạch, hệ thống kênh nội đồng dài 4,2 km sẽ được kiên cố hóa trong quý III để đưa nước đến tận ruộng.",
        "Cùng ngày, đơn vị thi công đã bàn giao hồ sơ hoàn công và cam kết bảo hành công trình trong hai mươi bốn tháng.",
    ),
    "Trần Quốc Khải",
    "14/03/2026 09:25",
    "2026-03-14T09:25:00+07:00",
    "Tin liên quan",
    ("Giá chè búp tươi tăng trở lại sau Tết", "Hội làng Thượng mở cửa đón khách từ rằm", "Bắt nhóm trộm máy bơm"),
    ("Quang cảnh lễ khánh thành trạm bơm Bãi Nổi", "Người dân thôn Hạ kiểm tra cửa xả trước giờ vận hành"),
    "Ảnh: Minh Đăng",
    "Minh Đăng",
)
ENGLISH = Story(
    "en",
    "Europe/London",
    "https://harrowpost.example/2026/03/14/council-votes-library-open/",
    "The Harrow Post",
    "Local",
    "Council votes to keep the old library open until spring",
    "Members backed a rescue plan on Tuesday night after a four-hour meeting in front of a full public gallery.",
    (
        "The branch on Mill Lane was due to close in December because the roof needs repairs that would cost £310,000.",
        "Under the plan the building will stay open three days a week while volunteers run the children’s section.",
        "“We have been collecting signatures since July and nobody believed us,” said Edith Marlow of the friends’ group.",
        "A report by engineers found that the timbers are sound, but that water has reached the wall to the east.",
        "The council expects to decide in March whether it can borrow the rest or must sell a neighbouring car park.",
    ),
    "Rosalind Peake",
    "14 March 2026, 9:25am",
    "2026-03-14T09:25:00+00:00",
    "Related stories",
    (
        "Bus route 14 to return after two-year break",
        "Harrow Town lose in stoppage time",
        "Bakery fined over mice in flour",
    ),
    ("The library on Mill Lane has been open since 1911", "Friends of the library outside the town hall"),
    "Photo: Tom Ashby",
    "Tom Ashby",
)
GERMAN = Story(
    "de",
    "Europe/Berlin",
    "https://emstaler-bote.example/region/gemeinderat-stoppt-umbau-bahnhof-id4711220.html",
    "Emstaler Bote",
    "Region",
    "Gemeinderat stoppt Umbau des Bahnhofs in letzter Minute",
    "Nach monatelangem Streit hat der Gemeinderat am Donnerstagabend den Umbau des Bahnhofs vorerst gestoppt.",
    (
        "Elf der zwanzig Mitglieder stimmten gegen den Entwurf, weil die Kosten seit dem Sommer stark gestiegen sind.",
        "Bürgermeister Anton Riehl sprach von einer verpassten Gelegenheit und kündigte für April einen neuen Plan an.",
        "„Wir wollen keinen Palast, wir wollen ein Dach über dem Bahnsteig“, sagte Pendlerin Helga Vosskamp danach.",
        "Die Bahn hatte zuletzt zugesagt, den Aufzug zu bezahlen, sofern die Gemeinde den Vorplatz fertigstellt.",
        "Ein Gutachten des Landes sieht das Dach als einsturzgefährdet an; der Warteraum bleibt deshalb gesperrt.",
    ),
    "Jutta Brandhorst",
    "14.03.2026, 09:25 Uhr",
    "2026-03-14T09:25:00+01:00",
    "Mehr zum Thema",
    (
        "Freibad öffnet erst im Juni wieder",
        "Unbekannte sprengen Automaten am Markt",
        "Chor sucht Stimmen für den Sommer",
    ),
    ("Der Bahnhof steht seit 1898 unter demselben Dach", "Pendler warten am Gleis zwei auf den Zug nach Rheine"),
    "Foto: Karsten Löhr",
    "Karsten Löhr",
)
FOOT = '<div class="foot"><p>© 2026 All rights reserved. Editor in chief: N. N. Licence 12/GP</p></div>'


@dataclass(frozen=True)
class Parts:
    """What differs from the plain page of a layout: body is the HTML of the text, every other part replaces the
    layout's own. above: between head and text; behind: behind the article; head: in <head>."""

    body: Sequence[str]
    heading: str | None = None
    byline: str | None = None
    date: str | None = None
    above: str = ""
    behind: str = ""
    head: str = ""
    title: str | None = None
    declared_author: str | None = None


def menu(story: Story) -> str:
    names = ("Home", "News", story.section, "Sport", "Culture", "Video")
    return '<ul class="nav">' + "".join(f'<li><a href="/{name.lower()}/">{name}</a></li>' for name in names) + "</ul>"


def rivals(story: Story, name: str) -> str:
    teasers = (
        f'<li><a href="/x/{number}-story.html"><img src="/t/{number}.jpg" width="120" height="80" alt=""> {headline}</a></li>'
        for number, headline in enumerate(story.rivals)
    )
    return f'<div class="{name}"><h3>{story.related}</h3><ul>{"".join(teasers)}</ul></div>'


def _head(story: Story, parts: Parts, metas: bool) -> str:
    declared = (
        f'<meta property="og:title" content="{story.headline}"><meta property="og:type" content="article">'
        f'<meta property="og:site_name" content="{story.site}">'
    )
    title = parts.title or f"{story.headline} - {story.site}"
    return (
        f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"{declared if metas else ''}{parts.head}</head>"
    )


def _or(part: str | None, own: str) -> str:
    return own if part is None else part


def small_cms(story: Story, parts: Parts) -> str:
    byline = _or(parts.byline, f'<p style="text-align:right"><strong>{story.author}</strong></p>')
    heading = _or(parts.heading, f'<h1 class="title-detail">{story.headline}</h1>')
    date = _or(parts.date, f'<span class="date">{story.date}</span>')
    return (
        f'{_head(story, parts, True)}<body><div id="header">{menu(story)}</div><div class="container"><div class="col-left">'
        f'<div class="breadcrumb"><a href="/">Trang chủ</a> » <a href="/kinh-te/">{story.section}</a></div>{heading}'
        f'<div class="meta">{date}</div>{parts.above}<h2 class="sapo">{story.lead}</h2><div class="content-detail">'
        f"{''.join(parts.body)}{byline}</div>{parts.behind}{rivals(story, 'related')}</div>"
        f'<div class="col-right">{rivals(story, "most")}</div></div>{FOOT}</body></html>'
    )


def blog_system(story: Story, parts: Parts) -> str:
    byline = _or(parts.byline, f'By <a rel="author" href="/author/x/">{story.author}</a>')
    heading = _or(parts.heading, f'<h1 class="entry-title">{story.headline}</h1>')
    date = _or(parts.date, f'<time datetime="{story.published}">{story.date}</time>')
    return (
        f'{_head(story, parts, True)}<body class="single"><header>{menu(story)}</header><main><article class="post hentry">'
        f'<header class="entry-header">{heading}<div class="entry-meta">{byline} | {date}</div></header>{parts.above}'
        f'<div class="entry-content"><p class="intro">{story.lead}</p>{"".join(parts.body)}</div></article>{parts.behind}'
        f"{rivals(story, 'yarpp-related')}</main><aside>{rivals(story, 'widget')}</aside>{FOOT}</body></html>"
    )


def tables(story: Story, parts: Parts) -> str:
    byline = _or(parts.byline, f'<p align="right"><b>{story.author}</b></p>')
    heading = _or(parts.heading, f'<font size="5" color="#900"><b>{story.headline}</b></font>')
    above = f"<tr><td>{parts.above}</td></tr>" if parts.above else ""
    return (
        f'{_head(story, parts, False)}<body><table width="980"><tr><td colspan="2">{menu(story)}</td></tr><tr>'
        f'<td width="700" valign="top"><table><tr><td>{heading}</td></tr><tr><td><font size="1">'
        f"{_or(parts.date, story.date)}</font></td></tr><tr><td><b>{story.lead}</b></td></tr>{above}"
        f'<tr><td class="noidung">{"".join(parts.body)}{byline}</td></tr></table>{parts.behind}{rivals(story, "lq")}</td>'
        f'<td width="280">{rivals(story, "phai")}</td></tr></table>{FOOT}</body></html>'
    )


def hashed_classes(story: Story, parts: Parts) -> str:
    author = {"@type": "Person", "name": parts.declared_author or story.author}
    article = {"@type": "NewsArticle", "headline": story.headline, "datePublished": story.published, "author": author}
    linked = f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org"} | article)}</script>'
    heading = _or(parts.heading, f'<h1 class="css-e5">{story.headline}</h1>')
    body = "".join(parts.body).replace("<p>", '<p class="css-q1">')
    return (
        f'{_head(story, parts, True)}<body>{linked}<div id="__next"><header class="css-a1">{menu(story)}</header>'
        f'<main class="css-b2"><section class="css-c3"><div class="css-d4">{heading}<p class="css-l6">{story.lead}</p>'
        f'<div class="css-m7"><span class="css-n8">{_or(parts.byline, story.author)}</span><span class="css-o9">'
        f'{_or(parts.date, story.date)}</span></div></div>{parts.above}<div class="css-p0">{body}</div></section>'
        f"{parts.behind}{rivals(story, 'css-r2')}</main></div>{FOOT}</body></html>"
    )


def no_classes(story: Story, parts: Parts) -> str:
    return (
        f"{_head(story, parts, False)}<body><header>{menu(story)}</header><main><article>"
        f"{_or(parts.heading, f'<h1>{story.headline}</h1>')}<p>{_or(parts.byline, story.author)}</p>"
        f"<p>{_or(parts.date, story.date)}</p>{parts.above}<p><b>{story.lead}</b></p>{''.join(parts.body)}</article>"
        f"{parts.behind}<section>{rivals(story, 'x')}</section></main>{FOOT}</body></html>"
    )


def web_forms(story: Story, parts: Parts) -> str:
    heading = _or(parts.heading, f'<span id="ctl00_main_lblTitle" class="TitleNews">{story.headline}</span>')
    return (
        f'{_head(story, parts, False)}<body><form id="aspnetForm" action="Default.aspx"><div id="ctl00_menu">{menu(story)}'
        f'</div><div id="ctl00_main">{heading}<br><span id="ctl00_main_lblDate">({_or(parts.date, story.date)})</span>'
        f'<div id="ctl00_main_lblSummary"><b>{story.lead}</b></div>{parts.above}<div id="ctl00_main_lblContent">'
        f'{"".join(parts.body)}</div><div id="ctl00_main_lblAuthor" style="text-align:right">'
        f"{_or(parts.byline, story.author)}</div>{parts.behind}{rivals(story, 'ctl_other')}</div></form>{FOOT}</body></html>"
    )


def modifiers(story: Story, parts: Parts) -> str:
    heading = _or(parts.heading, f'<h1 class="article__headline">{story.headline}</h1>')
    return (
        f'{_head(story, parts, True)}<body><div class="page__header">{menu(story)}</div><div class="page__main">'
        f'<article class="article"><div class="article__head"><span class="article__kicker">{story.section}</span>{heading}'
        f'<div class="article__byline">{_or(parts.byline, f"Von {story.author}")}</div><div class="article__date">'
        f'{_or(parts.date, story.date)}</div></div>{parts.above}<div class="article__body"><p class="article__lead">'
        f"{story.lead}</p>{''.join(parts.body)}</div></article>{parts.behind}{rivals(story, 'teaser-list')}</div>{FOOT}"
        "</body></html>"
    )


@dataclass(frozen=True)
class Layout:
    story: Story
    page: Callable[[Story, Parts], str] = field(repr=False)


LAYOUTS = {
    "small CMS": Layout(VIETNAMESE, small_cms),
    "blog system": Layout(ENGLISH, blog_system),
    "tables": Layout(VIETNAMESE, tables),
    "hashed classes": Layout(ENGLISH, hashed_classes),
    "no classes": Layout(ENGLISH, no_classes),
    "no classes, Vietnamese": Layout(VIETNAMESE, no_classes),
    "WebForms": Layout(VIETNAMESE, web_forms),
    "modifiers": Layout(GERMAN, modifiers),
}
VIETNAMESE_LAYOUTS = ("small CMS", "tables", "WebForms", "no classes, Vietnamese")
