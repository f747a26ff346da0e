from crawler.demo.bodies import items, join, link, tag, text


def test_words_are_escaped() -> None:
    assert text("a < b & “c”") == "a &lt; b &amp; “c”"
    assert tag("img", alt='"x"', src="/a?b=1&c=2") == '<img alt="&quot;x&quot;" src="/a?b=1&amp;c=2">'


def test_attributes() -> None:
    element = tag("p", text("x"), class_="sapo", data_src="/y", hidden=True, title=None)
    assert element == '<p class="sapo" data-src="/y" hidden>x</p>'


def test_lists() -> None:
    assert items(link("/a", "A"), join(text("1"), text("2"))) == '<ul><li><a href="/a">A</a></li><li>12</li></ul>'
