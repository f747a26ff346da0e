"""The two page layouts of the paper: divs with a sidebar, and the old one, a form around nested layout tables."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from random import Random

from crawler.demo import page_furniture
from crawler.demo.markup import Html, document, items, join, link, tag, text
from crawler.demo.page_furniture import NAME, RequestContext
from crawler.demo.section_addresses import SECTIONS
from crawler.demo.style import CSS


def head(visit: RequestContext, title: str, extra: Html, declared: Html) -> Html:
    """The head of every page. declared: the template's charset declaration."""
    feeds = _feeds(bool(visit.edition.numbers))
    return join(declared, tag("title", text(title)), feeds, STYLE, extra)


@cache
def _feeds(large: bool) -> Html:
    """The feed links in the head. large: whether the paper has generated articles."""
    feed_names = [("Trang chủ", "home"), *((section.name, section.slug) for section in SECTIONS)]
    links = [
        tag("link", rel="alternate", type="application/rss+xml", title=name, href=f"/rss/{slug}.rss")
        for name, slug in feed_names
    ]
    links += [tag("link", rel="alternate", type="application/atom+xml", href="/atom.xml")] if large else []
    return join(*links)


STYLE = tag("style", Html(CSS))
META_CHARSET = tag("meta", charset="utf-8")
META_HTTP_EQUIV = tag("meta", http_equiv="Content-Type", content="text/html; charset=utf-8")
NOTHING = Html("")


def page(visit: RequestContext, title: str, main: Html, extra: Html = NOTHING, declared: Html = META_CHARSET) -> str:
    """A page in the current layout."""
    body = tag(
        "body",
        tag(
            "div",
            _banner(visit),
            items(*page_furniture.menu(visit.edition), class_="menu"),
            _middle(visit, main),
            _footer(visit),
            id="trang",
        ),
    )
    return document(head(visit, f"{title} - {NAME}", extra, declared), body, lang="vi")


def _banner(visit: RequestContext) -> Html:
    return tag(
        "div",
        tag("div", page_furniture.clock(visit), class_="dong-ho"),
        tag("div", link("/", NAME), class_="ten"),
        tag("div", text(page_furniture.SLOGAN), class_="khau-hieu"),
        id="dau",
    )


def _middle(visit: RequestContext, main: Html) -> Html:
    side = join(
        page_furniture.advert(visit, 1),
        page_furniture.box("Mới nhất", page_furniture.latest(visit.edition), "moi-nhat"),
        page_furniture.box("Tin đọc nhiều", page_furniture.most_read(visit), "doc-nhieu"),
        page_furniture.advert(visit, 2),
        page_furniture.box("Liên kết website", page_furniture.partners(), "lien-ket"),
    )
    top = page_furniture.advert(visit, 0, wide=True)
    return tag("div", top, tag("div", main, id="chinh"), tag("div", side, id="ben"), id="giua")


def _footer(visit: RequestContext) -> Html:
    return tag("div", page_furniture.licence(), tag("p", page_furniture.visitors(visit)), id="cuoi")


def old_page(visit: RequestContext, title: str, main: Html, extra: Html = NOTHING) -> str:
    """A page in the old layout: ASP.NET WebForms, everything in one form, everything in tables."""
    rows = (
        _full_row("dau-cu", _old_banner(visit)),
        _full_row(
            "thuc-don",
            tag("table", tag("tr", *(tag("td", entry) for entry in page_furniture.menu(visit.edition))), cellpadding=4),
        ),
        tag(
            "tr", _left_column(visit), tag("td", main, id="dnn_ContentPane", class_="contentpane"), _right_column(visit)
        ),
        _full_row("cuoi-cu", join(page_furniture.licence(), page_furniture.visitors(visit))),
    )
    table = tag("table", tag("tbody", *rows), class_="khung", cellspacing=0, cellpadding=6, border=0)
    form = tag("form", _viewstate(visit), table, id="Form", method="post", action="./", name="Form")
    return document(head(visit, f"{NAME} > {title}", extra, META_HTTP_EQUIV), tag("body", form, id="Body"))


def _full_row(name: str, content: Html) -> Html:
    return tag("tr", tag("td", content, class_=name, colspan=3))


def _old_banner(visit: RequestContext) -> Html:
    clock = tag("span", page_furniture.clock(visit), id="dnn_dnnCURRENTDATE_lblDate", class_="SkinObject")
    name = tag("font", link("/", NAME), size=7, class_="ten-cu")
    cells = (tag("td", tag("b", name)), tag("td", clock, align="right"))
    return join(tag("table", tag("tr", *cells), width="100%"), page_furniture.advert(visit, 0, wide=True))


def _left_column(visit: RequestContext) -> Html:
    lists = (
        tag("b", text("Mới nhất")),
        items(*page_furniture.latest(visit.edition)),
        tag("b", text("Liên kết website")),
        items(*page_furniture.partners()),
    )
    return tag("td", *lists, id="dnn_LeftPane", class_="trai")


def _right_column(visit: RequestContext) -> Html:
    lists = (page_furniture.advert(visit, 1), tag("b", text("Tin đọc nhiều")), items(*page_furniture.most_read(visit)))
    return tag("td", *lists, id="dnn_RightPane", class_="phai")


def _viewstate(visit: RequestContext) -> Html:
    """The hidden fields and script of WebForms; __VIEWSTATE differs at every request."""
    view_state = b64encode(Random(f"state {visit.edition.day} {visit.serial}").randbytes(420)).decode()
    script = Html(
        "\n//<![CDATA[\nvar theForm = document.forms['Form'];\nfunction __doPostBack(eventTarget, eventArgument) {\n"
        "  theForm.__EVENTTARGET.value = eventTarget;\n  theForm.submit();\n}\n//]]>\n"
    )
    return join(
        tag("input", type="hidden", name="__EVENTTARGET", id="__EVENTTARGET", value=""),
        tag("input", type="hidden", name="__VIEWSTATE", id="__VIEWSTATE", value="/wEPDw" + view_state),
        tag("script", script, type="text/javascript"),
    )
