"""Keys of indexes are those by which pywb looks captures up."""

from __future__ import annotations

import json

import pytest

from archive.exchange.exporters.packages import surt
from tests.replay import needs_tools, tool

KEYS = {
    "https://baovinhphuc.com.vn": "vn,com,baovinhphuc)/",
    "http://www2.bao.vn//tin//a.htm": "vn,bao)/tin/a.htm",
    "http://127.0.0.1:8000/tin-1.htm": "1,0,0,127:8000)/tin-1.htm",
    "https://bao.vn:443/a/./b/../c/": "vn,bao)/a/c",
    "https://bao.vn/Tin-%C4%91%E1%BB%99c.htm?b=2&a=1": "vn,bao)/tin-%c4%91%e1%bb%99c.htm?a=1&b=2",
    "https://bao.vn/tin-độc.htm": "vn,bao)/tin-%c4%91%e1%bb%99c.htm",
    "https://bao.vn/a?PHPSESSID=0123456789abcdef0123456789abcdef&id=2": "vn,bao)/a?id=2",
}
OTHERS = [
    "",
    "https://bao.vn/%2e%2e/b",
    "https://bao.vn/a/../../b",
    "https://báo.vn/tin",
    "https://xn--bo-jia.vn/tin",
    "https://bao.vn/?",
    "https://bao.vn/a?x=y%2520z",
    "https://bao.vn/a?id=2&jsessionid=0123456789abcdef0123456789ABCDEF",
    "https://bao.vn/a?id=2&sid=0123456789abcdef0123456789abcdef&z=1",
    "https://bao.vn/a?cfid=1&cftoken=2&z=1",
    "https://bao.vn/a?ASPSESSIONIDabcdefgh=abcdefghijklmnopqrstuvwx&b=1",
    "https://bao.vn/(S(4hqa0555fwsecu455xqckv45))/mileg.aspx",
    "https://bao.vn/(4hqa0555fwsecu455xqckv45)/mileg.aspx?page=sessionschedule",
    "https://bao.vn/tin;jsessionid=0123456789ABCDEF0123456789ABCDEF?x=1",
    'https://bao.vn/a b|c"d<e>\\f.htm?g|h',
    "https://bao.vn/100%.htm",
    "https://bao.vn/a%23b#c",
    "https://bao..vn./a",
    "https://bao.vn/a?=1&=2",
    "https://bao.vn/a?&&b",
    "https://bao.vn/a//",
    "https://bao.vn/..",
    "https://bao.vn/~x/-y_z!$&'()*+,;=:@",
    "https://bao.vn/%E1%BB",
    "https://www.www2.bao.vn/",
    "https://wwwbao.vn/",
    "https://[::1]:8000/a",
    "https://bao.vn/ế?q=ế",
    "",
][1:-1]


@pytest.mark.parametrize("url", KEYS)
def test_a_key(url: str) -> None:
    assert surt(url) == KEYS[url]


@needs_tools
def test_keys_are_those_of_the_library() -> None:
    script = "import json, sys, surt; print(json.dumps([surt.surt(url) for url in json.load(sys.stdin)]))"
    urls = [*KEYS, *OTHERS]
    theirs = json.loads(tool("python", "-c", script, stdin=json.dumps(urls)).stdout)
    assert {url: surt(url) for url in urls} == dict(zip(urls, theirs, strict=True))
