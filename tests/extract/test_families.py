"""One article as each family of content management systems prints it, with what surrounds it there."""

from __future__ import annotations

import pytest

from archive import Reading, read_page
from tests.extract.imaginary_paper import (
    CAPTION,
    CREDIT,
    HEADLINE,
    LEAD,
    PARAGRAPHS,
    PICTURE,
    PRINTED,
    TAIL,
    paragraphs,
)

_LAZY = '<img src="data:image/gif;base64,R0lGOD" data-src="/upload/2024/thon-cham.jpg" width="600">'
_MORE = '<a href="/x-1.html" title="x">Huyện Tam Dương sơ kết sáu tháng đầu năm 2024</a>'


def _vccorp() -> str:
    photo = (
        '<figure class="VCSortableInPreviewMode" type="Photo"><div><img src="/thumb/thon-cham.jpg" '
        'data-original="/upload/2024/thon-cham.jpg" alt="Tam Dương - Ảnh 1."></div><figcaption class="PhotoCMS_Caption">'
        f'<p data-placeholder="Nhập chú thích ảnh">{PRINTED}</p></figcaption></figure>'
    )
    related = f'<div class="VCSortableInPreviewMode" type="RelatedOneNews"><p>{_MORE}</p><p>Hội nghị đã đánh giá kết quả.</p></div>'
    return (
        f'<h1 class="detail-title" data-role="title">{HEADLINE}</h1><h2 class="detail-sapo" data-role="sapo">{LEAD}</h2>'
        f'<div class="detail-content afcbc-body" data-role="content">{paragraphs((2, photo), (5, related))}</div>'
        '<div class="detail-tab"><p>Trở thành người đầu tiên tặng sao cho bài viết</p><p>Bình luận (0)</p></div>'
    )


def _vccorp_old() -> str:
    photo = (
        '<div class="VCSortableInPreviewMode" type="Photo"><div><img src="/upload/2024/thon-cham.jpg"></div>'
        f'<div class="PhotoCMS_Caption"><p>{PRINTED}</p></div></div>'
    )
    return f'<h1>{HEADLINE}</h1><h2 class="sapo">{LEAD}</h2><div class="contentdetail">{paragraphs((2, photo))}</div>'


def _hemera() -> str:
    photo = f"<table class='picture'><tr><td class='pic'>{_LAZY}</td></tr><tr><td class='caption'><p class='pCaption'>{PRINTED}</p></td></tr></table>"
    return (
        f'<h1 class="article__title cms-title">{HEADLINE}</h1><div class="article__sapo cms-desc"><div>{LEAD}</div></div>'
        f'<div class="article__body zce-content-body cms-body" itemprop="articleBody">{paragraphs((2, photo))}'
        f'<div class="sda_middle">Quảng cáo giữa bài</div><div class="related-news"><h3>Tin liên quan</h3>{_MORE}</div></div>'
        f'<div class="many-pack"><h3>Có thể bạn quan tâm</h3>{_MORE}</div>'
    )


def _mastercms() -> str:
    photo = (
        '<table class="MASTERCMS_TPL_TABLE"><tbody><tr><td><img class="__img_mastercms" src="/upload/2024/thon-cham.jpg" alt="tam duong"></td></tr>'
        f'<tr><td class="media-caption">{PRINTED}</td></tr></tbody></table>'
    )
    return (
        f'<div class="title-detail">{HEADLINE}</div><div class="sapo_detail">{LEAD}</div><ul class="list-lq"><li>{_MORE}</li></ul>'
        f'<div id="content_detail_news">{paragraphs((2, photo))}</div>'
    )


def _onecdn() -> str:
    photo = f"<figure>{_LAZY}<figcaption>{PRINTED}</figcaption></figure>"
    return (
        f'<h1 class="sc-longform-header-title">{HEADLINE}</h1><p class="sc-longform-header-sapo">{LEAD}</p>'
        f'<span class="sc-longform-header-date">14/08/2026 - 21:20</span><div class="b-maincontent">{paragraphs((2, photo))}</div>'
    )


def _ttxvn() -> str:
    photo = (
        '<figure class="image" style="display:inline-block"><img alt="Chú thích ảnh" src="/upload/2024/thon-cham.jpg">'
        f"<figcaption>{PRINTED}</figcaption></figure>"
    )
    half = "".join(f"<p>{text}</p>" for text in PARAGRAPHS[:4])
    rest = "".join(f"<p>{text}</p>" for text in PARAGRAPHS[4:])
    return (
        f'<form id=aspnetForm><h1 class="detail-title">{HEADLINE}</h1><h2 class="sapo">{LEAD}</h2>'
        f'<ul class="list-concern"><li>{_MORE}</li></ul><div class="contents"><div id="divfirst">{photo}{half}</div>'
        f'<script>play()</script><div id="divend">{rest}</div></div></form>'
    )


def _singular() -> str:
    photo = f'<figure class="image align-center">{_LAZY}<figcaption><p>{PRINTED}</p></figcaption></figure>'
    return f'<h1 class="title-page detail">{HEADLINE}</h1><h2 class="singular-sapo">{LEAD}</h2><div class="singular-content">{paragraphs((2, photo))}</div>'


def _fck() -> str:
    photo = (
        '<table class="tplCaption" align="center"><tbody><tr><td><img src="/upload/2024/thon-cham.jpg"></td></tr>'
        f'<tr><td><p class="Image">{PRINTED}</p></td></tr></tbody></table>'
    )
    return f'<h1>{HEADLINE}</h1><p class="description">{LEAD}</p><article class="fck_detail">{paragraphs((2, photo))}</article>'


def _pic_box() -> str:
    photo = f'<table class="picBox" align="center"><tr><td>{_LAZY}</td></tr><tr><td>{PRINTED}</td></tr></table>'
    return f'<h1>{HEADLINE}</h1><div class="sapo">{LEAD}</div><div class="text">{paragraphs((2, photo))}</div>'


SYSTEMS = {
    "vccorp": _vccorp,
    "vccorp, old": _vccorp_old,
    "hemera": _hemera,
    "mastercms": _mastercms,
    "1cdn": _onecdn,
    "ttxvn": _ttxvn,
    "singular": _singular,
    "fck_detail": _fck,
    "picBox": _pic_box,
}


def read(name: str) -> Reading:
    menu = '<div id="menu"><a href="/">Trang chủ</a><a href="/kinh-te">Kinh tế</a></div>'
    head = f"<head><title>{HEADLINE} - Báo</title><meta property='og:title' content='{HEADLINE}'></head>"
    page = (
        f"<html>{head}<body>{menu}<div class='left'>{SYSTEMS[name]()}</div><div class='box'>{TAIL}</div></body></html>"
    )
    reading = read_page(page, "http://bao.example.vn/tam-duong-gan-viec-hoc-va-lam-theo-bac-12345.html")
    assert isinstance(reading, Reading), reading
    return reading


@pytest.mark.parametrize("name", SYSTEMS)
def test_paragraphs(name: str) -> None:
    assert read(name).text.split("\n\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("name", SYSTEMS)
def test_headline_and_lead(name: str) -> None:
    assert (read(name).headline, read(name).lead) == (HEADLINE, LEAD)


@pytest.mark.parametrize("name", SYSTEMS)
def test_picture(name: str) -> None:
    images = [(image.url, image.caption, image.credit) for image in read(name).images]
    assert images == [(PICTURE, CAPTION, CREDIT)]
