"""The gates: what each lets through, and that what it refuses is always a BadValue in one short sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import Capture
from archive.model import clock, validation
from archive.model.capture_validation import MOST_COOKIES, truncated_headers, validated
from archive.model.clock import zone_of
from archive.model.errors import MOST_NOTED, BadValue, pass_over, take_notices
from archive.model.paths import picture_type
from archive.model.urls import is_site
from tests.support import NOON

GATES: dict[str, tuple[validation.Validator, tuple[Any, ...], tuple[Any, ...]]] = {
    "status": (validation.status, (100, 200, 404, 599), (99, 600, 999, -200, 10**22, "200", True, None, 200.0)),
    "moment": (
        validation.moment,
        ("2026-05-20T08:00:00Z", "1996-01-01T00:00:00+07:00", NOON),
        ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1989-12-31T23:59:59Z", "gestern", "2026-05-20", None, 5,
         "2026-05-20 10:00:00", "10000-01-01T00:00:00Z", "2" * 10_000, clock.now() + timedelta(days=3)),
    ),
    "stored": (validation.stored_moment, ("2099-01-01T00:00:00Z",), ("2200-01-02T00:00:00Z", "", "~")),
    "claimed": (validation.claimed_moment, ("1975-04-30T10:00:00+07:00",), ("1100-01-01T00:00:00Z", "2201-01-01T00:00:00Z")),
    "count": (validation.count, (0, 7, 2**53), (-1, 2**53 + 1, 1.0, "1", True, None)),
    "number": (validation.number, (0, -1.5, 10**300), (float("nan"), float("inf"), "1", True, None)),
    "zone": (
        validation.zone,
        ("Asia/Ho_Chi_Minh", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+7"),
        ("Mars/Olympus", "../../etc/passwd", "/etc/localtime", "America", "", "a\0b", "x" * 300, 7, None, "tzdata.zi"),
    ),
    "outlet": (
        validation.outlet_name,
        ("baovinhphuc", "bao-2.vn", "báo_mới", "7"),
        ("../evil", "a/b", "a\0b", "", " ", ".", "..", ".hidden", "-x", "x" * 65, "a b", "a\n", None, "a."),
    ),
    "address": (
        validation.address,
        ("http://bao.example/a?b=c#d", "https://[::1]:8080/", "http://báo.example/ạ"),
        ("javascript:alert(1)", "http://", "http://[::1/x", "http://a:99999999/", "http://a:x/", "http://a:0/", "file:///etc",
         "http://a/\r\nX: y", "http://a/\0", "http://a/" + "a" * 8000, "http://a/\ud800", None, b"http://a/", ""),
    ),
    "place": (validation.place, ("http://a/", "ftp://a/b", "mailto:x"), ("a\nb", "a\0", "x" * 9000, None)),
    "digest": (validation.digest, ("sha256:" + "0a" * 32,), ("sha256:../../x", "sha256:" + "0A" * 32, "x", "", None, "md5:" + "0" * 32)),
    "file name": (validation.file_name, ("báo.db", "a b"), ("", ".", "..", "a/b", "..\\x", "a\0", "x" * 300, None)),
    "picture type": (picture_type, ("image/jpeg", "image/svg+xml"), ("image", "image/x", "../x/y/z", "text/html", "", None)),
    "language": (validation.language, ("vi", "en-GB", "zh_Hans_CN"), ("", "tiếng Việt", "x" * 50, "<b>", None)),
    "text": (validation.text, ("", "a\nb\tc"), ("a\0b", "\udcff", 5, None)),
    "counts": (validation.json_counts, ('{"new": 3, "gone": true}',), ('{"a": "b"}', "[1]", "{", '{"a": NaN}', '{"a": -1}', None)),
    "pairs": (validation.json_pairs, ('[["A", "b"]]', "[]"), ("[[1, 2]]", '[["a", "b", "c"]]', '["a"]', "[" * 100_000, "{}")),
    "lines": (validation.json_lines, ('["a"]',), ("[1]", "{}", '"a"', None)),
}  # fmt: skip


@pytest.mark.parametrize("name", GATES)
def test_what_is_right_passes(name: str) -> None:
    gate, right, _ = GATES[name]
    for value in right:
        gate(value)


@pytest.mark.parametrize("name", GATES)
def test_what_cannot_be_is_refused_in_one_short_sentence(name: str) -> None:
    gate, _, wrong = GATES[name]
    for value in wrong:
        with pytest.raises(BadValue) as refused:
            gate(value)
        assert len(str(refused.value)) < 250 and str(refused.value).isprintable(), (name, value)


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.datetimes(timezones=st.timezones()),
    st.lists(st.text()), st.dictionaries(st.text(), st.integers()), st.from_regex(r"https?://[^ ]{0,20}"),
    st.from_regex(r"\d{1,5}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"),
)  # fmt: skip


@given(value=ANYTHING)
def test_a_gate_raises_nothing_else(value: Any) -> None:
    for gate, _, _ in GATES.values():
        try:
            gate(value)
        except BadValue as refused:
            assert str(refused)


def test_a_moment_comes_out_in_utc_to_the_second() -> None:
    assert validation.moment("2026-05-20T08:00:00.9+07:00") == datetime(2026, 5, 20, 1, tzinfo=UTC)
    assert validation.claimed_moment("2026-05-20T08:00:00+07:00").tzinfo == timezone(timedelta(hours=7))


def test_a_zone_that_is_none_is_utc_and_told_once() -> None:
    assert {zone_of("Mars/Olympus").key for _ in range(3)} == {"UTC"}
    (told,) = take_notices()
    assert "'Mars/Olympus' is no time zone" in told


def test_of_very_many_notices_the_first_are_told() -> None:
    for number in range(1000):
        pass_over(f"captures {number}", "x")
    told = take_notices()
    assert len(told) == MOST_NOTED + 1 and told[-1] == "passed over: 980 more. `luubao verify` names all"


def test_a_country_is_no_site() -> None:
    assert [host for host in ("vn", "com.vn", "gov.vn", "", "co.uk") if is_site(host)] == []
    assert all(map(is_site, ("bao.vn", "baophutho.com.vn", "localhost", "127.0.0.1", "::1", "bbc.co.uk")))


COOKIE = ("Set-Cookie", "c" * 1000)


def test_cookies_have_room_of_their_own_and_the_rest_its_order() -> None:
    headers = (("Content-Type", "text/html"), *[COOKIE] * 200, ("ETag", '"1"'))
    kept, cut = truncated_headers(headers)
    assert kept == (("Content-Type", "text/html"), *[COOKIE] * 4, ("ETag", '"1"'))
    assert MOST_COOKIES >= 4 * 1014 and cut == f"left: {196 * 1014:,} bytes of headers"


def test_headers_that_fit_stay_as_they_are() -> None:
    headers = tuple((f"X-{number}", "v" * 100) for number in range(50))
    assert truncated_headers(headers) == (headers, None)


@pytest.mark.parametrize(
    "odd",
    [
        {"status": 10**22}, {"requested_url": "javascript:x"}, {"final_url": "a\0"}, {"via": ("x",)},
        {"captured_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))},
    ],
    ids=str,
)  # fmt: skip
def test_a_capture_of_which_one_value_cannot_be_is_none(odd: dict[str, Any]) -> None:
    right: dict[str, Any] = {"requested_url": "http://a/", "final_url": "http://a/", "captured_at": NOON, "status": 200}
    assert validated(Capture(**right)).status == 200
    with pytest.raises(BadValue):
        validated(Capture(**right | odd))
