"""The two page layouts of the paper: divs with a sidebar, and the old one, a form around nested layout tables."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from random import Random

from crawler.demo import page_furniture
from crawler.demo.bodies import Html, document, items, join, link, tag, text
from crawler.demo.page_furniture import NAME, RequestContext
from crawler.demo.section_addresses import SECTIONS

CSS = """
body{margin:0;background:#e9e6df;font:15px/1.5 Arial,"Liberation Sans","DejaVu Sans",sans-serif;color:#222}
a{color:#133c73;text-decoration:none}a:hover{text-decoration:underline}img{border:0;max-width:100%}
#trang{width:1040px;margin:0 auto;background:#fff;box-shadow:0 0 6px #bbb}
#dau{padding:14px 20px 10px;background:#fbf5e6;border-top:5px solid #a8201a;overflow:hidden}
#dau .ten{font:bold 42px/1 Georgia,"Liberation Serif","DejaVu Serif",serif;color:#a8201a;letter-spacing:1px}
.ten a,.ten-cu a{color:#a8201a}
#dau .khau-hieu{font-size:12px;font-style:italic;color:#6a5a3a;margin-top:6px}
#dau .dong-ho{float:right;font-size:12px;color:#555;margin-top:22px}
ul.menu{margin:0;padding:0 12px;background:#a8201a;list-style:none;overflow:hidden}
ul.menu li{float:left}ul.menu a{display:block;padding:8px 13px;color:#fff;font-weight:bold;font-size:14px}
#giua{overflow:hidden;padding:16px 20px}#chinh{float:left;width:690px}
#ben{float:right;width:290px;font-size:13px}
.box{margin:0 0 16px;border:1px solid #ddd}
.box h3{margin:0;padding:6px 10px;background:#f1e8d2;font-size:14px;color:#a8201a;
border-bottom:2px solid #a8201a}.box ul{margin:8px 8px 8px 26px;padding:0}.box li{margin:4px 0}
.ngay{color:#888;font-size:12px}
.qc{margin:0 0 14px;text-align:center}
h1{font:bold 26px/1.3 Georgia,"Liberation Serif","DejaVu Serif",serif;margin:8px 0}
.duong-dan,.titleDdtail,.thoi-gian,.article__meta{font-size:12px;color:#777}.padB10{padding-bottom:10px}
.sapo,.article__sapo{font-weight:bold;margin:10px 0}h2.article__sapo{font-size:16px}
.article__body h2,.noidung h3{font-size:17px;margin:14px 0 4px}img{height:auto}
.article__body img{max-height:520px;object-fit:cover}
.tin-lien-quan{float:right;width:230px;margin:0 0 8px 14px;padding:6px;background:#f6f3ec;font-size:13px;
text-align:left}
.tin-lien-quan ul{margin:4px 0;padding-left:20px}

.content-about-baiviet p,.noidung p,.article__body p{text-align:justify}
.articleimg_caption,figcaption,.image_desc{font-size:13px;font-style:italic;color:#555;background:#f6f3ec;
padding:6px 10px;
text-align:center}figure{margin:14px 0}.layout-image-2 figure{display:inline-block;width:48%;margin:0 1% 0 0}
blockquote{border-left:4px solid #d9c48f;margin:12px 0;padding:2px 14px;color:#444}
table.bang{border-collapse:collapse;margin:10px auto}table.bang td{border:1px solid #bbb;padding:4px 12px}
.chia-se{border:solid #ddd;border-width:1px 0;padding:6px 0;margin:12px 0;font-size:13px}
.chia-se a{margin-right:10px}
.comment{border-bottom:1px dotted #bbb;padding:4px 10px;font-size:13px}.comment p{margin:2px 0}
.tin{overflow:hidden;border-bottom:1px dotted #bbb;padding:10px 0}
.tin img{float:left;width:160px;margin-right:12px}
.tin h2{font-size:17px;margin:0 0 4px}.tin p{margin:0;font-size:14px}.noi-bat h2{font-size:24px}
.noi-bat img{width:330px}
.muc{display:inline-block;vertical-align:top;width:330px;margin:12px 12px 0 0}
.muc h3{border-bottom:2px solid #a8201a;margin:0 0 6px;color:#a8201a}
.trang-so{padding:12px 0;text-align:center}
.trang-so a,.trang-so b{border:1px solid #ccc;padding:3px 9px;margin:0 2px}
#cuoi{background:#3a3530;color:#ddd;font-size:12px;padding:10px 20px}#cuoi a{color:#f1e8d2}#cuoi p{margin:3px 0}
.tu-khoa{font-size:13px}.tu-khoa a{background:#eee;padding:2px 8px;margin-right:6px}
table.khung{width:1040px;margin:0 auto;background:#fff;font-family:"Times New Roman","Liberation Serif",serif;
font-size:16px}
table.khung td{vertical-align:top}td.dau-cu{background:#fbf5e6;border-top:5px solid #a8201a}
td.thuc-don{background:#a8201a}td.thuc-don a{color:#fff;font-weight:bold}
td.cuoi-cu{background:#f4efe2;font-size:13px;border-top:2px solid #a8201a}td.cuoi-cu p{margin:2px 0}
td.trai{width:180px;background:#f4efe2;font-size:14px}
td.phai{width:220px;font-size:14px}
.picBox{margin:10px auto}.picBox td{text-align:center}.tieude{font-size:24px;font-weight:bold;color:#8c1510}
""".strip()


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
    menu = items(*page_furniture.menu(visit.edition), class_="menu")
    footer = tag("div", page_furniture.licence(), tag("p", page_furniture.visitors(visit)), id="cuoi")
    body = tag("body", tag("div", _banner(visit), menu, _middle(visit, main), footer, id="trang"))
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


def old_page(visit: RequestContext, title: str, main: Html, extra: Html = NOTHING) -> str:
    """A page in the old layout: ASP.NET WebForms, everything in one form, everything in tables."""
    menu = tag("tr", *(tag("td", entry) for entry in page_furniture.menu(visit.edition)))
    middle = tag("td", main, id="dnn_ContentPane", class_="contentpane")
    rows = (
        _full_row("dau-cu", _old_banner(visit)),
        _full_row("thuc-don", tag("table", menu, cellpadding=4)),
        tag("tr", _left_column(visit), middle, _right_column(visit)),
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
