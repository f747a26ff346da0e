"""Who wrote an article, where the page declares it, shows it beside the headline or signs with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import html

from archive.extract.bylines import is_house
from archive.extract.metadata import Metadata, read_metadata
from archive.extract.parsed_page import Page
from archive.extract.signatures import linked_byline, signature
from tests.extract.newspaper_pages import (
    HEADLINE,
    PARAGRAPHS,
    declared,
    div_page,
    linked_data,
    news,
    page,
    table_page,
    texts,
)

Build = Callable[..., Page]
LAYOUTS = pytest.mark.parametrize("build", [div_page, table_page])

SIGNATURES = [
    ('<p style="text-align: right;"><strong>Dương Hà</strong></p>', "Dương Hà", ["Dương Hà"]),
    ('<p style="text-align:right"><strong>Hà Thu</strong> (tổng hợp)</p>', "Hà Thu (tổng hợp)", ["Hà Thu"]),
    ('<div align="right"><b>Bài và ảnh: An - Lan</b></div>', "Bài và ảnh: An - Lan", ["An", "Lan"]),
    ("<p><b>Thái</b></p>", "Thái", ["Thái"]),  # pen names of one word
    ('<p align="right"><b>Thái</b></p>', "Thái", ["Thái"]),
    ("<p>Thanh Nga</p>", "Thanh Nga", ["Thanh Nga"]),
    ('<p class="author_mail"><strong>Đoàn Loan</strong><a href="#"></a></p>', "Đoàn Loan", ["Đoàn Loan"]),
    ('<div class="author"><strong>Tâm Hằng</strong> <i>(TTXVN)</i></div>', "Tâm Hằng (TTXVN)", ["Tâm Hằng"]),
    ('<p class="author">Theo Hồ Hương</p>', "Theo Hồ Hương", ["Hồ Hương"]),
    ('<p align="right"><strong>Theo TTXVN</strong></p>', "Theo TTXVN", ["TTXVN"]),
    ("<p><b>Hết.</b></p>", None, []),
    ("<p><b>QUẢNG CÁO</b></p>", None, []),
    ("<p><em>Ảnh: Dương Hà</em></p>", None, []),
    ("", None, []),
]  # fmt: skip


def read(found: Page) -> Metadata:
    return read_metadata(found, ())


@LAYOUTS
@pytest.mark.parametrize(("line", "byline", "authors"), SIGNATURES)
def test_signature_behind_the_text(build: Build, line: str, byline: str | None, authors: list[str]) -> None:
    found = read(build(foot=line))
    assert (found.byline, list(found.authors)) == (byline, authors)
    assert texts(found.used)[:1] == ([byline] if byline else [])


def test_signature_before_the_text() -> None:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    signed = f"<h1>From adversity</h1><div><p><strong>Mohloai Mpesi</strong></p>{body}</div>"
    assert read(page(signed, attributes='lang="en"')).authors == ("Mohloai Mpesi",)


def test_bold_end_of_a_text_between_line_breaks() -> None:
    text = "<br><br>".join((*PARAGRAPHS, "<b>Thu Trang</b>"))
    assert read(page(f"<h1>{HEADLINE}</h1><div>{text}</div>")).authors == ("Thu Trang",)


def test_right_margin_signs_a_photo_story_without_running_text() -> None:
    pictures = "<p>Một góc chợ.</p><img src=/a.jpg>" * 3
    line = '<p align="right"><strong>H.V.<br></strong><em>Ảnh</em>:<strong> Misso</strong></p>'
    call = '<p><b>Chia sẻ bài viết của bạn <a href="/x">tại đây</a></b></p>'
    assert read(page(f"<h1>{HEADLINE}</h1><div>{pictures}{line}{call}</div>")).authors == ("H.V",)


@pytest.mark.parametrize(
    ("before", "behind", "authors"),
    [
        ("〔記者巫其倫／台北報導〕", "", ("巫其倫",)),
        ("（本報記者王小明台北21日電）", "", ("王小明",)),
        ("新华社巴黎12月9日电（记者唐小林）", "", ("唐小林",)),
        ("河网10月4日讯（记者陈明 整理）", "<p>（资料来源：江报、海报）</p>", ("陈明",)),
        ("", "<p>　（羅森）</p>", ("羅森",)),
        ("", "<p>– Eva Kurz</p>", ("Eva Kurz",)),
        ("", "<p>(Symbolbild)</p>", ()),
        ("", '<p>Redaktion: Eva Kurz und <a href="/redaktion/kurt-lang.html">Kurt Lang</a></p>', ()),
    ],
)
def test_signed_in_other_countries(before: str, behind: str, authors: tuple[str, ...]) -> None:
    text = "財政部今天下午將公佈今年一至二月期統一發票中獎清冊，" * 4
    body = f"<h1>中獎清冊今天下午公佈</h1><div><p>{before}{text}</p><p>{text}。</p><p>{text}完</p>{behind}</div>"
    assert read(page(body, attributes='lang="zh"')).authors == authors


def test_who_wrote_another_story_does_not_sign_this_one() -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS * 4)
    author = '<p style="text-align: right">Eva Kurz</p>'
    assert read_signature(f"<div>{text}</div>{author}") == ("Eva Kurz",)
    teaser = f'<div><a href="/2">Eine Brücke über den Fluss bei Neustadt</a>{author}</div>'
    assert read_signature(f"<div>{text}</div>{teaser}") == ()


def read_signature(body: str) -> tuple[str, ...]:
    found = signature(page(body).root, False, frozenset())
    return found.names if found else ()


def test_commenters_sign_nothing() -> None:
    assert read(div_page()).authors == ()


def test_used_elements_hold_no_running_text() -> None:
    author = '<a rel="author" href="/author/x">Emilia Bell</a>'
    found = read(div_page(f'<div class="entry-byline"><p class="lead">{PARAGRAPHS[0]}</p>{author}</div>'))
    assert found.authors == ("Emilia Bell",)
    assert not any(PARAGRAPHS[0] in text for text in texts(found.used))


SHOWN = [
    (
        '<p>By <a href="/author/a">Ann Lee</a> and <a href="/author/b">Bob Ray</a></p>',
        "By Ann Lee and Bob Ray",
        ["Ann Lee", "Bob Ray"],
    ),
    (
        '<p><a href="/tac-gia/a">Duy Anh</a> <a href="/tac-gia/a">Xem các bài viết của tác giả</a></p>',
        "Duy Anh",
        ["Duy Anh"],
    ),
    (
        '<p itemprop="author"><meta itemprop="name" content="Ann Lee">Ann Lee <i class="job">Poet</i></p>',
        "Ann Lee",
        ["Ann Lee"],
    ),
    ('<div class="author"><span>Ann Lee</span><span>Bob Ray</span></div>', "Ann Lee; Bob Ray", ["Ann Lee", "Bob Ray"]),
    ("<p>Von <b>Anna Lee</b></p>", "Von Anna Lee", ["Anna Lee"]),
    ('<p class="author">Af Ann Lee</p>', "Af Ann Lee", ["Ann Lee"]),
    ('<p class="author">About Ann Lee</p>', "About Ann Lee", ["Ann Lee"]),
    ('<p><a itemprop="author" href="javascript:void(0)">Ann Lee</a></p>', None, ["Ann Lee"]),
    ('<p><a class="author_name" href="blogger/ann_u5/">Ann Lee,</a> today</p>', None, ["Ann Lee"]),
    ('<p class="author"><a class="author-email-link" href="mailto:a@b.example">Send Mail</a></p>', None, []),
    ('<p><strong class="signature__location">São Paulo</strong></p>', None, []),
    ('<p class="byline">Wednesday, 08 Apr 2020 11:39 PM</p>', None, []),
    ('<footer class="meta"><p class="byline">By <a href="/staff/ann-lee">Ann Lee</a></p></footer>', None, ["Ann Lee"]),
    ('<p><a href="/about/editors/ann-lee/">Ann Lee</a></p>', None, ["Ann Lee"]),
    ('<p class="author">Ann Lee BBC NEWS</p>', None, ["Ann Lee"]),
    ('<span class="writeBy">كتبت أسماء نصار</span>', None, ["أسماء نصار"]),
    ('<p class="repoter">정지영기자</p>', None, ["정지영"]),
    ('<div class="author">BBC News</div>', None, []),
    ("<p>Por sua causa, Carlos.</p>", None, []),
]


@pytest.mark.parametrize(("line", "byline", "authors"), SHOWN)
def test_shown_beside_the_headline(line: str, byline: str | None, authors: list[str]) -> None:
    site = '<meta property="og:site_name" content="BBC News">'
    found = read(div_page(line, meta=site))
    assert list(found.authors) == authors
    assert not byline or found.byline == byline


ADDRESS = '<address><a rel="author" href="/profile/ann-lee">Ann Lee</a></address>'


@pytest.mark.parametrize(
    ("addresses", "authors"),
    [
        (ADDRESS, ("Ann Lee",)),
        (ADDRESS * 2, None),
        ('<address><a href="/street">Old Street</a></address>', None),
        ('<div>by <a href="/about/author/ann-lee">Ann Lee</a></div>', ("Ann Lee",)),
        ('<div>by <a href="/bridges/">Old Street</a></div>', None),
    ],
)
def test_the_one_line_that_links_to_an_author(addresses: str, authors: tuple[str, ...] | None) -> None:
    found = linked_byline(html.fromstring(f"<div>{addresses}<h1>Bridge</h1></div>"))
    assert (found.names if found else None) == authors


HOUSE = '"publisher": {"@type": "Organization", "name": "Báo Địa Phương"}'
DECLARED = [
    ('"author": {"@type": "Person", "name": "Thu Trang"}', ["Thu Trang"]),
    ('"author": [{"name": "NH&#7852;T XUÂN"}, {"name": "NGHI VŨ"}]', ["NHẬT XUÂN", "NGHI VŨ"]),
    ('"author": "Thu Trang, Hải Yến"', ["Thu Trang", "Hải Yến"]),
    ('"author": [["Thu Trang"]]', ["Thu Trang"]),
    ('"author": {"givenName": "Birgit", "familyName": "Baumann"}', ["Birgit Baumann"]),
    ('"author": {"name": "Tâm HằngTTXVN"}', ["Tâm Hằng"]),
    ('"author": {"@id": "#p"}, "x": {"@type": "Person", "@id": "#p", "name": "Thu Trang"}', ["Thu Trang"]),
    ('"author": "https://baodiaphuong.com.vn/tac-gia/thu-trang"', []),
    ('"author": {"@type": "Organization", "name": "Báo Địa Phương"}, ' + HOUSE, []),
    (
        '"author": {"name": "Báo Địa Phương | Tin tức"}, "publisher": {"name": "Báo Địa Phương | Tin tức"}',
        [],
    ),
    ('"author": {"@type": "Person", "name": "VCCorp.vn"}', []),
    ('"author": {"@type": "Person", "name": "baodiaphuong.com.vn"}', []),
    ('"author": [{"name": "Báo Địa Phương"}, {"name": "Thu Trang"}], ' + HOUSE, ["Thu Trang"]),
    ('"author": [{"name": "Thu Trang"}, {"name": "AFP"}]', ["Thu Trang"]),
    ('"author": {"name": "AFP"}', ["AFP"]),
    ('"author": {"@type": "Person", "name": "anónimo"}', []),
    ('"author": {"@type": "Person", "name": "Báo Địa Phương, magazine"}, ' + HOUSE, []),
    ('"author": "地方報快訊／王小明"', ["王小明"]),
    ('"author": "Redacción LR"', []),
    ('"author": [null, 7, {}, {"name": null}]', []),
    ('"author": {"@id": "#a"}, "a": {"@id": "#a", "author": {"@id": "#a"}}', []),
]


@pytest.mark.parametrize(("members", "authors"), DECLARED)
def test_declared(members: str, authors: list[str]) -> None:
    assert list(read(declared(members)).authors) == authors


@pytest.mark.parametrize(
    ("declared", "authors"),
    [
        ('{"@type": "Person", "name": "Der Bote"}', ("Der Bote",)),
        ('{"@type": "Organization", "name": "Der Bote"}', ()),
        ('{"@type": "NewsMediaOrganization", "name": "Verlag Neue Medien"}', ()),
        ('{"@type": "Organization", "name": "dpa"}', ("dpa",)),
        ('{"@type": "Organization", "name": "Der Bote", "url": "https://bote.example.de"}', ("Der Bote",)),
        ('{"@type": "NewsMediaOrganization", "name": "Der Bote", "noBylinesPolicy": "https://b.de/p"}', ("Der Bote",)),
        ('[{"@type": "Person", "name": "Eva Kurz"}, {"@type": "Person", "name": "AP"}]', ("Eva Kurz", "AP")),
        ('[{"@type": "Person", "name": "Reuters"}, {"@type": "Person", "name": "Eva Kurz"}]', ("Reuters", "Eva Kurz")),
    ],
)
def test_organizations_that_are_authors(declared: str, authors: tuple[str, ...]) -> None:
    """Outside Vietnam a paper signs its own pieces, as a person or as an organization that the page describes; one that
    is only named nobody printed. An agency is one beside a person, too."""
    publisher = '{"@type": "Organization", "name": "Der Bote"}'
    script = linked_data(news(f'"author": {declared}, "publisher": {publisher}', "Neue Brücke"))
    found = read(page("<h1>Neue Brücke</h1>", script, "https://bote.example.de/a", 'lang="de"'))
    assert found.authors == authors


@pytest.mark.parametrize(("name", "right"), [("El Bote", True), ("El Sol", False)])
def test_a_house_in_its_host_s_name(name: str, right: bool) -> None:
    assert is_house(name, frozenset({"elbote"})) == right


def test_persons_shown_against_another_one_declared() -> None:
    """The declared person entered the article; the page names who wrote it."""
    shown = '<div class="author-2">Naufal Zuhdi</div>'
    found = read(div_page(shown, meta=linked_data(news('"author": {"name": "Heryadi"}'))))
    assert found.authors == ("Naufal Zuhdi",)


@pytest.mark.parametrize(
    ("account", "authors"),
    [("/author/admin/", ("Mohloai Mpesi",)), ("/author/eva-kurz/", ("Eva Kurz",))],
)
def test_who_signs_before_the_text_against_the_account_of_the_system(account: str, authors: tuple[str, ...]) -> None:
    script = linked_data(
        news(f'"author": {{"name": "Eva Kurz", "url": "https://b.example{account}"}}', "From adversity")
    )
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    signed = f"<h1>From adversity</h1><div><p><strong>Mohloai Mpesi</strong></p>{body}</div>"
    assert read(page(signed, script, "https://b.example/a", 'lang="en"')).authors == authors


NO_PERSONS = [
    ('<p><a href="/quelle/eva-kurz/">Eva Kurz</a></p>', '<meta property="article:author" content="https://b.example/quelle/eva-kurz">', ("Eva Kurz",)),
    ('<p><a href="/quelle/dienst/">Nachrichten</a></p>', '<meta property="article:author" content="https://b.example/quelle/dienst">', ()),
    ('<div class="author">Erhverv</div>', "", ()),  # the section, a directory of the address
    ("", '<meta name="author" content="Deutsche Stimme (www.stimme.example)">', ()),
    ("", '<meta name="author" content="bote.example, Frankfurt, Germany">', ()),
    ("", '<meta name="author" content="name, email@gmail.com">', ()),  # nobody filled in the template
    ("", '<meta name="author" content="河口时报网">', ()),
    ('<p class="author">Eva Kurz, BOTE.com | The Daily Bote</p>', "", ("Eva Kurz",)),
    ('<span class="img-author">Eva Kurz</span>', "", ()),  # who photographed
    ("<p>河报记者 李明明</p>", "", ("李明明",)),
    ("<div>2024-05-20 12:11来源：河报作者：李明明</div>", "", ("李明明",)),
    ("", '<meta name="author" content="신현주 기자">', ("신현주",)),  # her rank
    ('<a rel="author" href="/author/krupp">krupp</a>', "", ("krupp",)),  # a login is what the page prints
    ('<a rel="author" href="/author/admin">admin</a>', "", ()),
    ("", '<meta name="twitter:label1" content="Verfasst von"><meta name="twitter:data1" content="Eva Kurz">', ("Eva Kurz",)),
    ("", '<meta name="twitter:misc:Written by" content="Eva Kurz">', ("Eva Kurz",)),
    ("", '<meta name="twitter:misc:Est. reading time" content="Drei Minuten">', ()),
    ("<div><span>Eva Kurz |</span> <span>20.05.2024</span></div>", "", ("Eva Kurz",)),
    ("<div><span>Panorama |</span> <span>20.05.2024</span></div>", "", ()),
    ("<div><span>Eva Kurz |</span> <span>Zwei Minuten</span></div>", "", ()),
    ("", '<meta name="twitter:label1" content="Lesezeit"><meta name="twitter:data1" content="Drei Minuten">', ()),
    ("<ul><li><strong>Datum</strong> 20.05.2024</li><li><b>Autorin/Autor</b> Eva Kurz</li></ul>", "", ("Eva Kurz",)),
    ("<div><span>Written by:</span> <span>Eva Kurz</span></div>", "", ("Eva Kurz",)),
    ("<ul><li><strong>Autor</strong> Panorama</li></ul>", "", ()),
    ("<ul><li><strong>Schlagwort</strong> Eva Kurz</li></ul>", "", ()),
    ('<p class="full-name">Todd Bates</p>', '<meta name="author" content="Todd">', ("Todd Bates",)),
    ('<p class="full-name">Todd Bates</p><p class="full-name">Todd Byrd</p>', '<meta name="author" content="Todd">', ("Todd",)),
]  # fmt: skip


@pytest.mark.parametrize(("shown", "metas", "authors"), NO_PERSONS)
def test_what_stands_in_the_place_of_a_name(shown: str, metas: str, authors: tuple[str, ...]) -> None:
    body = f"<h1>Neue Brücke</h1>{shown}" + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    assert read(page(body, metas, "https://zeitung.example/Erhverv/a-1", 'lang="de"')).authors == authors
