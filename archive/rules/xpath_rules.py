"""Rules of outlets and of content management systems that many Vietnamese newsrooms share: XPath expressions as data.

Those of systems serve all outlets that have one; they were taken from saved pages of 2017 to 2026 and from the rules of
other scrapers. `marks` restrict them to pages of the system.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Rules:
    """Where one outlet, or one family of content management systems, keeps the parts of an article.

    Every value is a tuple of XPath 1.0 expressions, tried in order; the first with a match wins.
    `body` selects the container; `caption` and `drop` are evaluated inside it. valid_from and valid_until (inclusive)
    bound the capture days on which the rules hold; None is open. `marks`: a family applies only to pages with one of
    these strings in a class, id or data-role.
    """

    name: str
    body: tuple[str, ...] = ()
    headline: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    caption: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    version: int = 1
    marks: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether the rules are valid for pages captured on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def cls(name: str) -> str:
    """The XPath 1.0 condition that an element has this class: `//div[{cls("sapo")}]`."""
    # the first condition is only for speed: it spares most elements the second
    return f"(contains(@class, '{name}') and contains(concat(' ', normalize-space(@class), ' '), ' {name} '))"


VCCORP = Rules(
    name="vccorp",  # tuoitre, nld, thanhnien, cafef, baochinhphu, suckhoedoisong, kenh14, soha, genk, danviet ...
    marks=("VCSortableInPreviewMode", "afcbc-body", 'data-role="content"', "PhotoCMS_Caption"),
    headline=("//h1[@data-role='title']", f"//h1[{cls('detail-title')}]"),
    lead=("//*[@data-role='sapo']", f"//h2[{cls('detail-sapo')} or {cls('sapo')}]"),
    body=(
        "//div[@data-role='content']",
        f"//div[{cls('afcbc-body')}]",
        f"//div[{cls('contentdetail')} or {cls('detail-content')} or {cls('content-new')} or {cls('contentbody')}]",
    ),
    published=("//*[@data-role='publishdate']", f"//span[{cls('pdate')}]"),
    # `NHẬT XUÂN và 1 tác giả khác`: only the JSON-LD names both, so there is no rule for div.author-info
    byline=("//*[@data-role='author']", f"//p[{cls('author')}]"),
    section=(f"//div[{cls('detail-cate')}]//a",),
    caption=(f".//*[{cls('PhotoCMS_Caption')}]",),
    drop=(
        ".//*[@type='RelatedNewsBox' or @type='RelatedOneNews' or @id='listNewsInContent' or @id='reactRelate']",
        f".//*[{cls('link-source-wrapper')} or {cls('link-source-detail')} or {cls('NLPlaceholderShow')}]",
    ),
)

HEMERA = Rules(
    name="hemera",  # ePi: nhandan, tienphong, vietnamplus, sggp, plo, baohatinh, baogialai, baobackan ...
    marks=("cms-body", "zce-content-body", "cms-title", "article__body"),
    headline=(f"//h1[{cls('cms-title')} or {cls('article__title')} or {cls('article__header')}]",),
    lead=(f"//*[{cls('cms-desc')} or {cls('article__sapo')} or {cls('article__summary')}]",),
    body=(f"//div[{cls('cms-body')}]", f"//div[{cls('zce-content-body')}]"),
    published=(f"//time[{cls('article__time')}]", f"//*[{cls('article__meta')}]//time", f"//time[{cls('time')}]"),
    byline=(f"//*[{cls('cms-author')}]", f"//div[{cls('article__author')}]//*[{cls('name')}]"),
    tags=(f"//div[{cls('article__tag')}]//a",),
    caption=(f".//table[{cls('picture')}]//td[{cls('caption')}]", f".//p[{cls('pCaption')}]", f".//span[{cls('fig')}]"),
    drop=(
        (
            f".//*[{cls('related-news')} or {cls('many-pack')} or {cls('trending')} or {cls('cms-relate')}"
            f" or {cls('sda_middle')}]"
        ),
    ),
)

MASTERCMS = Rules(
    name="mastercms",  # baodautu, thoibaonganhang, baoquocte, congthuong, petrotimes, haiquanonline ...
    marks=("MASTERCMS", "content_detail_news", "cotent_detail"),
    headline=(f"//*[{cls('title-detail')}]",),
    lead=(f"//*[{cls('sapo_detail')} or {cls('detail-sapo')} or {cls('post-sapo')}]",),
    body=(f"//*[{cls('__MASTERCMS_CONTENT')}]", "//*[@id='content_detail_news']", "//*[@id='cotent_detail']"),
    published=(f"//*[{cls('post-time')} or {cls('time_detail_news')} or {cls('format_date')} or {cls('datetime')}]",),
    byline=(f"//a[{cls('author')}]", "//*[@id='content_detail_news']//p[@align='right']//strong"),
    caption=(f".//table[{cls('MASTERCMS_TPL_TABLE')}]//tr[2]/td", f".//*[{cls('media-caption')}]"),
    drop=(
        (
            f".//*[{cls('__MB_ARTICLE_A')} or {cls('__mb_article_in_image')} or {cls('box_tableinsert')}"
            f" or {cls('fb-page')}]"
        ),
    ),
)

ONECDN = Rules(
    name="b-maincontent",  # baonghean, baohaiphong, baodanang, hanoimoi, congly: pictures on 1cdn.vn
    marks=("b-maincontent", "sc-longform-header"),
    headline=(f"//h1[{cls('sc-longform-header-title')}]",),
    lead=(f"//p[{cls('sc-longform-header-sapo')}]",),
    body=(f"//div[{cls('b-maincontent')}]",),
    published=(f"//span[{cls('sc-longform-header-date')}]",),
    byline=(f"//span[{cls('sc-longform-header-author')}]",),
    drop=(f".//*[{cls('sc-longform-header')}]",),
)

TTXVN = Rules(
    name="ttxvn",  # baotintuc, bnews, dantocmiennui
    marks=("divfirst", "list-concern"),
    headline=(f"//h1[{cls('detail-title')}]",),
    lead=(f"//h2[{cls('sapo')}]",),
    body=("//*[@id='divfirst' or @id='divend']",),
    published=(f"//div[{cls('date')}]//span[{cls('txt')}]",),
    byline=(f"//div[{cls('author')}]//strong",),
    tags=(f"//div[{cls('keysword')}]//a",),
    drop=(f".//*[{cls('list-concern')}]",),
)

DOTNETNUKE = Rules(
    name="dotnetnuke",  # the news module that baovinhphuc ran in 2019; its lead is the first paragraph, in bold
    marks=("content-about-baiviet", "titleDdtail"),
    body=(f"//div[{cls('content-about-baiviet')}]",),
    published=(f"//div[{cls('titleDdtail')}]",),
    caption=(f".//div[{cls('articleimg_caption')}]",),
)

GENERIC = Rules(
    name="vietnam",  # class names that unrelated Vietnamese newsrooms share
    marks=(
        "fck_detail",
        "singular-content",
        "content-detail",
        "newsContent",
        "bodyArt",
        "noidung",
        "noi-dung",
        "picBox",
    ),
    lead=(
        (
            f"//*[{cls('sapo')} or {cls('singular-sapo')} or {cls('content-detail-sapo')} or {cls('chapeau')}"
            f" or {cls('alead')}]"
        ),
    ),
    body=(
        f"//*[{cls('fck_detail')}]",
        f"//*[{cls('singular-content')}]",
        f"//*[{cls('maincontent')} or @id='maincontent']",
        f"//*[{cls('bodyArt')} or @id='newsContent' or {cls('noidung')} or {cls('noi-dung')}]",
    ),
    caption=(f".//*[{cls('picBox')}]//tr[2]/td", f".//*[{cls('image_desc')}]"),
)

FAMILIES = (VCCORP, HEMERA, MASTERCMS, ONECDN, TTXVN, DOTNETNUKE, GENERIC)


# Báo Phú Thọ, the successor of Báo Vĩnh Phúc. Same system as baothanhhoa.vn. The publisher scrambles about half of its
# bodies: such a page gets the kind `obfuscated`, and is never unscrambled.
_BAO_PHU_THO = (
    Rules(
        name="baophutho",
        body=("//div[@id='dcontent']",),
        published=(f"//*[{cls('pdate')} or {cls('stime')} or {cls('date-detail')}]",),
        version=2,
        valid_from=date(2021, 1, 1),
    ),
    Rules(
        name="baophutho",
        body=("//div[@id='content']",),
        lead=("(//span[contains(@style, 'Tahoma')]//strong)[1]",),
        published=(f"//div[{cls('pt-post-detail__time')}]",),
        version=1,
        valid_until=date(2021, 12, 31),
    ),
)


# Báo Vĩnh Phúc, the paper of Vĩnh Phúc province until its merger on 1 July 2025. Another scraper used these XPaths in
# 2019 and 2020; the later markup of the site is not documented. `headline` is not known. A page without a match is
# extracted by its structure.
_BODY = f"//div[{cls('content-about-baiviet')}]"

_BAO_VINH_PHUC = (
    Rules(
        name="baovinhphuc",
        body=(_BODY,),
        # the lead has no class: the first paragraph with bold text
        lead=(f"({_BODY}/p[.//strong][string-length(normalize-space(.//strong)) > 40])[1]",),
        published=(
            f"//div[{cls('titleDdtail')} and {cls('padT4')} and {cls('padB10')}]",
            f"//div[{cls('titleDdtail')}]",
        ),
        caption=(f".//div[{cls('articleimg_caption')}]",),
    ),
)

OUTLETS = {
    "baophutho": (("baophutho.vn",), _BAO_PHU_THO),
    "baovinhphuc": (("baovinhphuc.com.vn",), _BAO_VINH_PHUC),
}
"""Hosts and rules of every outlet, by its name."""
