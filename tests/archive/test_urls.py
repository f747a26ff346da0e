"""One article, one key."""

import pytest

from archive.urls import absolute, is_tracker, picture_key, same_site, url_key, without_trackers

SAME = [
    ("http://bao.vn/a-1.htm", "https://www.bao.vn:443/a-1.htm"),
    ("https://bao.vn/a/", "https://bao.vn/a"),
    ("https://bao.vn/a-1.htm#box_comment", "https://bao.vn/a-1.htm"),
    ("https://bao.vn/a-1.htm?utm_source=fb&fbclid=x", "https://bao.vn/a-1.htm"),
    ("https://bao.vn/x?b=2&a=1", "https://bao.vn/x?a=1&b=2"),
    ("https://bao.vn/Ch%e1%bb%aF", "https://bao.vn/Ch%E1%BB%AF"),
    ("https://bao.vn/tin//a", "https://bao.vn/tin/a"),
    ("https://bao.vn/tin/a;jsessionid=F00", "https://bao.vn/tin/a"),
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


PICTURES = [
    ("https://img1.bao.vn/w660/anh/cau.jpg", "https://img2.bao.vn/w1200/anh/cau.jpg"),
    ("https://i.bao.vn/thumb/600x400/anh/cau.jpg", "https://i.bao.vn/thumb/1200x800/anh/cau.jpg"),
    ("https://bao.vn/anh/cau-600x400.jpg", "https://bao.vn/anh/cau.jpg"),
    ("https://bao.vn/anh/cau.jpg?v=2", "https://bao.vn/anh/cau.jpg"),
]


@pytest.mark.parametrize(("one", "other"), PICTURES)
def test_a_picture_in_another_size_is_the_same_picture(one: str, other: str) -> None:
    assert picture_key(one) == picture_key(other)


def test_another_picture_is_another_picture() -> None:
    assert picture_key("https://bao.vn/2026/05/20/cau-1.jpg") != picture_key("https://bao.vn/2026/05/20/cau-2.jpg")
    assert picture_key("https://bao.vn/2025/anh-1.jpg") != picture_key("https://bao.vn/2026/anh-1.jpg")


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
        ("mailto:x@bao.vn", None),
        ("javascript:__doPostBack('a','')", None),
        ("tel:0210", None),
        ("http://[::1", None),
        ("http://bao.vn:99999/", None),
    ],
)
def test_absolute(link: str, expected: str | None) -> None:
    assert absolute("https://bao.vn/tin/a", link) == expected


def test_trackers_are_taken_off_and_nothing_else() -> None:
    url = "https://bao.vn/a%20b?b=2&utm_source=x&a=%C4%90&fbclid=1&a=3"
    assert without_trackers(url) == "https://bao.vn/a%20b?b=2&a=%C4%90&a=3"
    assert without_trackers("https://bao.vn/a?utm_source=x") == "https://bao.vn/a"
    assert without_trackers("https://bao.vn/a") == "https://bao.vn/a"
