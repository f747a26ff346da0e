"""One article, one key."""

import pytest

from archive.model.urls import (
    absolute,
    first_picture_key,
    is_tracker,
    picture_key,
    same_site,
    url_key,
    without_trackers,
)

SAME = [
    ("http://bao.vn/a-1.htm", "https://www.bao.vn:443/a-1.htm"),
    ("https://bao.vn/a/", "https://bao.vn/a"),
    ("https://bao.vn/a-1.htm#box_comment", "https://bao.vn/a-1.htm"),
    ("https://bao.vn/a-1.htm?utm_source=fb&fbclid=x", "https://bao.vn/a-1.htm"),
    ("https://bao.vn/x?b=2&a=1", "https://bao.vn/x?a=1&b=2"),
    ("https://bao.vn/Ch%e1%bb%aF", "https://bao.vn/Ch%E1%BB%AF"),
    ("https://bao.vn/tin//a", "https://bao.vn/tin/a"),
    ("https://bao.vn/tin/a;jsessionid=F00", "https://bao.vn/tin/a"),
    ("https://bao.vn/(S(lit3py55t21z5v55vlm25s55))/tin/a.aspx", "https://bao.vn/tin/a.aspx"),
    ("https://bao.vn/(A(YUZ4)S(f5w0)F(Hd-_9))/tin/a.aspx", "https://bao.vn/tin/a.aspx"),
    ("https://bao.vn/%28S%28lit3py55t21z%29%29/tin/a.aspx", "https://bao.vn/(S(0a1b2c3d))/tin/a.aspx"),
    ("https://bao.vn/(S(lit3py55t21z5v55vlm25s55))", "https://bao.vn/"),
    # Ứ written as one letter and as U with two marks
    ("https://bao.vn/\u1ee8ng", "https://bao.vn/U\u031b\u0301ng"),
    ("http://127.0.0.1:8765/a", "http://127.0.0.1:9999/a"),
]
DIFFERENT = [
    ("https://bao.vn/a?uid=1", "https://bao.vn/a?uid=2"),
    ("https://bao.vn/a?ref=1", "https://bao.vn/a?ref=2"),
    ("https://bao.vn/a?source=x", "https://bao.vn/a"),
    ("https://bao.vn/tin/1", "https://bao.vn/tin/11"),
    ("https://bao.vn/a%2Fb", "https://bao.vn/a%252Fb"),
    ("https://m.bao.vn/a", "https://bao.vn/a"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_article_has_one_key(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_articles_have_two_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


def test_a_key_reads_like_the_address() -> None:
    assert url_key("https://www.Bao.vn/Tin/cau-moi-12.htm?utm_medium=x&p=2") == "bao.vn/Tin/cau-moi-12.htm?p=2"


@pytest.mark.parametrize("address", ["", "tin/a", "mailto:a@b.vn", "https:///a"])
def test_what_has_no_host_has_no_key(address: str) -> None:
    with pytest.raises(ValueError, match="not an absolute web address"):
        url_key(address)


@pytest.mark.parametrize("name", ["utm_campaign", "FBCLID", "gclid", "zarsrc"])
def test_trackers(name: str) -> None:
    assert is_tracker(name)


@pytest.mark.parametrize("name", ["uid", "source", "session", "keyword", "ref", "id", "p", "page"])
def test_what_may_tell_articles_apart_is_no_tracker(name: str) -> None:
    assert not is_tracker(name)


# Real addresses of November 2019 to March 2026, shortened in the middle; then made-up ones of systems we know.
PICTURES = [
    ("https://img1.bao.vn/w660/anh/cau.jpg", "https://img2.bao.vn/w1200/anh/cau.jpg"),
    ("https://i.bao.vn/thumb/600x400/anh/cau.jpg", "https://i.bao.vn/thumb/1200x800/anh/cau.jpg"),
    ("https://bao.vn/anh/cau-600x400.jpg", "https://bao.vn/anh/cau.jpg"),
    ("https://bao.vn/anh/cau.jpg?v=2", "https://bao.vn/anh/cau.jpg"),
    # dantri.com.vn: a size, signed anew for every size; the older machine
    (
        "https://cdnphoto.dantri.com.vn/70jMT4DMyBOjFTktqaQ0X6xAQZU=/zoom/180_120/2026/03/05/1chxd-cropped-1772721582390.jpg",
        "https://cdnphoto.dantri.com.vn/4fSO-SgXBJfdubPqcmnkaKkdzu4=/zoom/144_96/2026/03/05/1chxd-cropped-1772721582390.jpg",
    ),
    (
        "https://cdnphoto.dantri.com.vn/I6YlW4MOTsA-_vxC_X8Mxy4gxkY=/zoom/252_168/2025/10/20/cu-tri-1760938807363.jpg",
        "https://cdnphoto.dantri.com.vn/j7WdU5HG8igoYAIXGyhMkYtVPuk=/thumb_w/220/2025/10/20/cu-tri-1760938807363.jpg",
    ),
    (
        "https://icdn.dantri.com.vn/zoom/130_100//2019/06/25/1-1561479700629.jpg",
        "https://icdn.dantri.com.vn/2019/06/25/1-1561479700629.jpg",
    ),
    # tuoitre.vn, cafef.vn
    (
        "https://cdn2.tuoitre.vn/thumb_w/730/471584752817336320/2026/3/7/rau-thay-hoa-177284466495932924295.jpg",
        "https://cdn2.tuoitre.vn/471584752817336320/2026/3/7/rau-thay-hoa-177284466495932924295.jpg",
    ),
    (
        "https://cafefcdn.com/zoom/700_438/203337114487263232/2026/3/7/avatar1772842198211-17728421984012071365108.jpeg",
        "https://cafefcdn.com/thumb_w/1200/203337114487263232/2026/3/7/avatar1772842198211-17728421984012071365108.jpeg",
    ),
    # baodautu.vn
    (
        "https://media.baodautu.vn/thumb_x256x153/Images/minhvui/2026/03/06/vn-index-ve-1767-diem1772786724.jpg",
        "https://media.baodautu.vn/Images/minhvui/2026/03/06/vn-index-ve-1767-diem1772786724.jpg",
    ),
    # vnexpress.net, vietnamnet.vn: in the query, signed
    (
        "https://i1-vnexpress.vnecdn.net/2022/02/13/maybay16044163150664696391-164-2386-2615-1644742572.jpg?w=900&h=540&q=100&dpr=1&fit=crop&s=4Bh681sV31vBJFLIGZkGSQ",
        "https://i1-vnexpress.vnecdn.net/2022/02/13/maybay16044163150664696391-164-2386-2615-1644742572.jpg?w=1200&h=0&q=100&dpr=1&fit=crop&s=BMwnNH0kSzcliLKDxrRunw",
    ),
    (
        "https://static-images.vnncdn.net/vps_images_publish/000001/000003/2026/3/7/flc-vietnamnet-251.jpg?width=0&s=FgPoEhXuqvoX6cEGVEmcOw",
        "https://static-images.vnncdn.net/vps_images_publish/000001/000003/2026/3/7/flc-vietnamnet-251.jpg?width=260&s=DXWbH_8WmlWc-CX7r_J5bg",
    ),
    # other systems
    (
        "https://image.bao.vn/w890/Uploaded/2026/cau.jpg.webp",
        "https://image.bao.vn/1200x630/smart/Uploaded/2026/cau.jpg",
    ),
    (
        "https://bao.vn/wp-content/uploads/2026/05/cau-1024x683.jpg",
        "https://bao.vn/wp-content/uploads/2026/05/cau-scaled.jpg",
    ),
    ("https://i0.wp.com/bao.vn/uploads/cau.jpg?resize=300%2C200&ssl=1", "https://bao.vn/uploads/cau.jpg"),
    ("https://bao.vn/cdn-cgi/image/width=600,quality=75/anh/cau.jpg", "https://bao.vn/anh/cau.jpg"),
    ("https://bao.vn/unsafe/fit-in/600x400/filters:quality(80)/anh/cau.jpg", "https://bao.vn/anh/cau.webp"),
    ("https://bao.vn/anh.ashx?id=7&w=300&h=200", "https://bao.vn/anh.ashx?h=600&id=7&w=900"),
    ("https://bao.vn/thumb.php?src=/anh/cau.jpg&w=300", "https://bao.vn/thumb.php?src=/anh/cau.jpg&w=600"),
]
OTHER_PICTURES = [
    ("https://bao.vn/2026/05/20/cau-1.jpg", "https://bao.vn/2026/05/20/cau-2.jpg"),
    ("https://bao.vn/2025/anh-1.jpg", "https://bao.vn/2026/anh-1.jpg"),
    ("https://bao.vn/anh.ashx?id=7", "https://bao.vn/anh.ashx?id=8"),
    ("https://bao.vn/thumb.php?src=/anh/cau.jpg&w=300", "https://bao.vn/thumb.php?src=/anh/cho.jpg&w=300"),
    (
        "https://bao.vn/uploads/2025_05/anh1.jpg",
        "https://bao.vn/uploads/2026_05/anh1.jpg",
    ),  # folders of months, no sizes
    ("https://bao.vn/2026/cau-h10.jpg", "https://bao.vn/2026/cau-h11.jpg"),  # h for hình: the tenth picture
    ("https://bao.vn/1080/anh.jpg", "https://bao.vn/1081/anh.jpg"),  # folders by number
    ("https://i0.wp.com/bao.vn/uploads/cau.jpg", "https://i0.wp.com/bao.vn/uploads/cho.jpg"),
]


@pytest.mark.parametrize(("one", "other"), PICTURES)
def test_a_picture_in_another_size_is_the_same_picture(one: str, other: str) -> None:
    assert picture_key(one) == picture_key(other)


@pytest.mark.parametrize(("one", "other"), OTHER_PICTURES)
def test_another_picture_is_another_picture(one: str, other: str) -> None:
    assert picture_key(one) != picture_key(other)


def test_the_first_rule_of_pictures_stays_as_it_was() -> None:
    """Digests and sets of furniture in old archives were made with it."""
    assert first_picture_key("https://i.bao.vn/thumb/600x400/anh/cau-w660.jpg?v=2") == "/anh/cau.jpg"
    assert first_picture_key("https://i.bao.vn/thumb_w/730/2025_05/anh.ashx?id=7") == "/thumb_w/730/anh.ashx"
    assert first_picture_key("https://icdn.bao.vn/zoom/130_100//2019/cau.jpg") == "/2019/cau.jpg"


def test_same_site() -> None:
    assert same_site("https://www.bao.vn/x", ("bao.vn",))
    assert same_site("https://the-thao.bao.vn/x", ("bao.vn",))
    assert not same_site("https://xbao.vn/x", ("bao.vn",))
    assert not same_site("https://bao.vn.evil.example/x", ("bao.vn",))


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/a.htm#c", "https://bao.vn/a.htm"),
        ("b", "https://bao.vn/tin/b"),
        ("//cdn.bao.vn/c", "https://cdn.bao.vn/c"),
        ("///cdn.bao.vn/c", "https://cdn.bao.vn/c"),
        ("https:///cdn.bao.vn/c", "https://cdn.bao.vn/c"),
        ("mailto:x@bao.vn", None),
        ("javascript:__doPostBack('a','')", None),
        ("tel:0210", None),
        ("http://[::1", None),
        ("http://bao.vn:99999/", None),
    ],
)
def test_absolute(link: str, expected: str | None) -> None:
    assert absolute("https://bao.vn/tin/a", link) == expected


@pytest.mark.parametrize(
    "session",
    [
        "PHPSESSID=8f93afa021e1dd03",
        "ASPSESSIONIDQABCDEF=HJK",
        "jsessionid=A1.node2",
        "sid=8f93afa021e1dd038f93afa021e1",
    ],
)
def test_session_ids_are_taken_off(session: str) -> None:
    assert without_trackers(f"https://bao.vn/xem.php?id=7&{session}&p=2") == "https://bao.vn/xem.php?id=7&p=2"
    assert without_trackers(f"https://bao.vn/xem.php?{session}") == "https://bao.vn/xem.php"
    assert without_trackers("https://bao.vn/xem.jsp;jsessionid=A1?id=7") == "https://bao.vn/xem.jsp?id=7"
    assert without_trackers("https://bao.vn/xem.php?sid=238405") == "https://bao.vn/xem.php?sid=238405"


def test_trackers_are_taken_off_and_nothing_else() -> None:
    url = "https://bao.vn/a%20b?b=2&utm_source=x&a=%C4%90&fbclid=1&a=3"
    assert without_trackers(url) == "https://bao.vn/a%20b?b=2&a=%C4%90&a=3"
    assert without_trackers("https://bao.vn/a?utm_source=x") == "https://bao.vn/a"
    assert without_trackers("https://bao.vn/a") == "https://bao.vn/a"


@pytest.mark.parametrize("host", ["báo.vn", "xn--bo-mia.vn", "b%C3%A1o.vn", "B%C3%81O.vn.", "www.báo.vn"])
def test_one_host_in_five_spellings_is_one_site(host: str) -> None:
    assert same_site(f"http://{host}/x", ("báo.vn",)) and url_key(f"http://{host}/x") == "xn--bo-mia.vn/x"
