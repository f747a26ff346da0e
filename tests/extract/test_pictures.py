"""The address of a picture: the real one, absolute, the largest."""

from __future__ import annotations

import pytest
from lxml import html

from archive import Reading, read_page
from archive.extract.declared import file_name
from archive.extract.picture_urls import address, is_icon
from tests.extract.imaginary_paper import CAPTION, CREDIT, URL, modern, paragraphs

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
ADDRESSES = {
    "plain": ('<img src="/a/cau-moi.jpg">', "/a/cau-moi.jpg"),
    "other host": ('<img src="//cdn.example.vn/cau-moi.jpg">', "http://cdn.example.vn/cau-moi.jpg"),
    "lazy data-src": (f'<img src="{PIXEL}" data-src="/a/cau-moi.jpg">', "/a/cau-moi.jpg"),
    "lazy data-original": ('<img src="/thumb/cau-moi.jpg" data-original="/a/cau-moi.jpg">', "/a/cau-moi.jpg"),
    "data-large-src": ('<img src="/s.jpg" data-src="/m.jpg" data-large-src="/a/cau-moi.jpg">', "/a/cau-moi.jpg"),
    "blank.gif": ('<img src="/images/blank.gif" data-lazy-src="/a/cau-moi.jpg">', "/a/cau-moi.jpg"),
    "flickity": (f'<img src="{PIXEL}" data-flickity-lazyload="/a/cau-moi.jpg">', "/a/cau-moi.jpg"),
    "a loader's own attribute": ('<img dsrc="/a/cau-moi.jpg">', "/a/cau-moi.jpg"),
    "a small copy": ('<img lowsrc="/a/cau-cu.jpg" src="/a/cau-moi.jpg">', "/a/cau-moi.jpg"),
    "largest of a srcset": (
        '<img srcset="/s.jpg 320w, /a/cau-moi.jpg 1600w, /m.jpg 800w" src="/s.jpg">',
        "/a/cau-moi.jpg",
    ),
    "a size that is no number": ('<img srcset="/s.jpg 1.2.3w, /a/cau-moi.jpg 4w">', "/a/cau-moi.jpg"),
    "densities": ('<img srcset="/s.jpg 1x, /a/cau-moi.jpg 2x">', "/a/cau-moi.jpg"),
    "commas in addresses": (
        '<img srcset="/i/w_320,c_limit/x.jpg 320w, /i/w_900,c_limit/x.jpg 900w">',
        "/i/w_900,c_limit/x.jpg",
    ),
    "picture": ('<picture><source srcset="/a/cau-moi.webp 900w"><img></picture>', "/a/cau-moi.webp"),
    "amp": ('<amp-img src="/a/cau-moi.jpg" width=600 height=400></amp-img>', "/a/cau-moi.jpg"),
    "space in the address": ('<img src="/a/cầu mới.jpg">', "/a/cầu%20mới.jpg"),
    "data that a script reads": (
        """<img data-srcset='[{"80":"dG5g"},{"160":"ukha0S"}]' src="/a/cau-moi.jpg">""",
        "/a/cau-moi.jpg",
    ),
    "nothing but a video player": ('<img data-src="https://www.youtube.com/embed/lJuHMpxaSU8">', None),
    "nothing but a placeholder": (f'<img src="{PIXEL}">', None),
    "JSON in a srcset": ("""<img data-srcset='[{"80":"x"}]' src="/a/cau-moi.jpg">""", "/a/cau-moi.jpg"),
    "a film": ('<img data-src="https://www.youtube.com/embed/x1">', None),
    "no address": ('<img src="javascript:void(0)">', None),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_address(name: str) -> None:
    markup, expected = ADDRESSES[name]
    image = next(html.fromstring(f"<div>{markup}</div>").iter("img", "amp-img"))
    shown = address(image, "http://bao.example.vn/tin/1.html")
    assert shown == (f"http://bao.example.vn{expected}" if expected and expected.startswith("/") else expected)


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="/x.jpg" width="16" height="16">',
        '<img class="avatar" src="/x.jpg">',
        '<img src="/i/logo.png">',
        '<img src="/i/share.svg">',
        '<img src="/static/img/placeholders/wd320-o.png">',
        '<img src="/i/email.gif">',
        '<img src="/icons/icon-facebook.png">',
        '<img src="/images/icons/email.gif">',
        '<img src="/2020/07/bao1000X120.gif">',
    ],
)
def test_icons(markup: str) -> None:
    assert is_icon(html.fromstring(markup))


@pytest.mark.parametrize(
    "markup",
    [
        '<img class="cms-photo" src="/2024/logo-moi-cua-tinh-duoc-gioi-thieu.jpg" width="600">',
        '<img src="/resizer/829x0/filters:format(jpeg):focal(3798x42:3808x32)/IZN7HAUZH7FELCGEHIBYV6QY.jpg">',
    ],
)
def test_a_photograph_is_no_icon(markup: str) -> None:
    assert not is_icon(html.fromstring(markup))


def figure(picture: str, caption: str = f"<figcaption>{CAPTION} Ảnh: {CREDIT}</figcaption>", head: str = "") -> Reading:
    reading = read_page(modern(paragraphs((2, f"<figure>{picture}{caption}</figure>")), head), URL)
    assert isinstance(reading, Reading)
    return reading


def test_noscript_repeats_no_picture() -> None:
    lazy = f'<img src="{PIXEL}" data-src="/a/cau-moi.jpg"><noscript><img src="/a/cau-moi.jpg?fallback"></noscript>'
    assert [image.url for image in figure(lazy).images] == ["http://bao.example.vn/a/cau-moi.jpg"]


def test_noscript_gives_the_only_picture() -> None:
    only = '<div class="lazy"></div><noscript><img src="/a/cau-moi.jpg"></noscript>'
    assert [image.url for image in figure(only).images] == ["http://bao.example.vn/a/cau-moi.jpg"]


def test_a_picture_in_a_button_that_opens_it() -> None:
    opened = '<button class="open"><img src="/a/cau-moi.jpg"><span>Xem ảnh lớn</span></button>'
    image = figure(opened).images[0]
    assert (image.url, image.caption_raw) == ("http://bao.example.vn/a/cau-moi.jpg", f"{CAPTION} Ảnh: {CREDIT}")


def test_the_declared_cover_stands_in_for_a_first_picture_without_address() -> None:
    head = '<meta property="og:image" content="http://bao.example.vn/a/cau-moi.jpg">'
    assert figure(f'<img src="{PIXEL}">', head=head).images[0].url == "http://bao.example.vn/a/cau-moi.jpg"


def test_base_address() -> None:
    reading = figure('<img src="a/cau-moi.jpg">', head='<base href="http://cdn.example.vn/anh/">')
    assert reading.images[0].url == "http://cdn.example.vn/anh/a/cau-moi.jpg"


@pytest.mark.parametrize(
    ("picture", "caption"),
    [
        ('<img src="/a.jpg">', f'<figcaption>{CAPTION}<span class="photo-credit">{CREDIT}</span></figcaption>'),
        ('<img src="/a.jpg">', f"<figcaption>{CAPTION}</figcaption><footer>{CREDIT}</footer>"),
        (
            '<img src="/a.jpg">',
            f'<figcaption>{CAPTION} <small itemprop="copyrightHolder">{CREDIT}</small></figcaption>',
        ),
        (f'<img src="/a.jpg" title="{CAPTION} | {CREDIT}">', f"<figcaption>{CAPTION}</figcaption>"),
        (f'<img src="/a.jpg" data-author="{CREDIT}">', f"<figcaption>{CAPTION}</figcaption>"),
    ],
    ids=["class", "footer", "itemprop", "title", "data-author"],
)
def test_credits_outside_the_captions_line(picture: str, caption: str) -> None:
    image = figure(picture, caption).images[0]
    assert (image.caption, image.credit) == (CAPTION, CREDIT)


@pytest.mark.parametrize("below", ["", "<figcaption>...</figcaption>"])
def test_caption_and_credit_in_attributes_that_a_script_prints(below: str) -> None:
    image = figure(f'<img src="/a.jpg" caption="{CAPTION}" credit="{CREDIT}">', below).images[0]
    assert (image.caption, image.credit) == (CAPTION, CREDIT)


def test_caption_that_only_the_linked_data_give() -> None:
    declared = (
        '<script type="application/ld+json">{"@type": "ImageObject", "url": "http://bao.example.vn/a/cau-moi-thon-cham.jpg", '
        f'"caption": "{CAPTION} Ảnh: {CREDIT}"}}</script>'
    )
    image = figure('<img src="/a/cau-moi-thon-cham-600x400.jpg">', "", declared).images[0]
    assert (image.caption, image.credit) == (CAPTION, CREDIT)


def test_a_format_is_no_name_of_a_file() -> None:
    original, small = (
        file_name(f"https://b.example/images/fluss/2384/2-{name}.jpg") for name in ("formatOriginal", "format1240")
    )
    assert original == small != file_name("https://b.example/images/bank/9967/2-formatOriginal.jpg")
