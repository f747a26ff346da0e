"""No regular expression of ours takes more than its share of time, whatever it is given.

Each compiled expression of the modules that meet foreign text is tried on strings made from its own repeats (so many
times what one of them repeats, then something that does not fit) and on strings of one character. Four times the length
may take no more than some ten times as long; quadratic is sixteen. Where an expression takes longer by its nature, the
table says how long a text it is given and by what, and it is tried at that length.
"""

from __future__ import annotations

import importlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]  # how the standard library takes expressions apart
from re import _parser  # type: ignore[attr-defined]  # as above
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
NOT_FOREIGN = ("crawler.demo", "archive.web", "archive.storage.migrations")
"""What these read is our own, or was written by whoever asks."""
SHORT, LONG = 400, 1_600
NOTICEABLE = 0.002  # seconds; below nothing is measured
MOST_TIMES = 10.0  # of 4 where time is linear, of 16 where it is quadratic
LONGEST = 0.25  # seconds, at the longest text that is given

FOLDED = "folded: archive.text.folding leaves 2,000 characters at most, and no white space but single spaces"
BOUNDED: dict[str, tuple[int, str]] = {
    "archive.extract.authorship._LOOSE": (2_000, FOLDED),
    "archive.extract.bylines._ACCORDING_TO": (2_000, FOLDED),
    "archive.extract.bylines._PICTURES_BY": (2_000, FOLDED),
    "archive.extract.bylines._LOGIN": (1_000, "only by fullmatch, where it is linear"),
    "archive.extract.bylines._BETWEEN": (2_000, FOLDED),
    "archive.extract.bylines._IN_BRACKETS": (2_000, FOLDED),
    "archive.extract.bylines._TRAILING": (2_000, FOLDED),
    "archive.extract.credits._NAMED_BEFORE": (2_000, FOLDED),
    "archive.extract.credits._ALONE": (70, "credits._LONGEST_ALONE"),
    "archive.extract.credits._AFTER_BAR": (2_000, FOLDED),
    "archive.extract.credits._AGENCY_BEFORE": (2_000, FOLDED),
    "archive.extract.credits._BRACKETED": (2_000, FOLDED),
    "archive.extract.credits._LABELLED": (2_000, FOLDED),
    "archive.extract.credits._NAME_BEFORE": (60, "the last 60 characters before a label"),
    "archive.extract.credits._SIGN": (2_000, FOLDED),
    "archive.extract.credits._UNNAMED": (2_000, FOLDED),
    "archive.extract.headlines._SEPARATOR": (2_000, FOLDED),
    "archive.rules.phrases.NOISE": (300, "matched at the start of texts shorter than body_cleaning._LONGEST_NOISE"),
    "archive.rules.phrases.TAIL": (300, "as NOISE"),
    "archive.extract.paywalls._MIXED": (1_000, "matched at the start only, where it is linear"),
    "archive.extract.declared._EXTENSIONS": (500, "the last 500 characters of an address"),
    "archive.extract.declared._SIZE": (500, "as _EXTENSIONS"),
    "archive.extract.picture_urls._CAPTION_ATTRIBUTE": (1_000, "only by fullmatch, where it is linear"),
    "archive.extract.page_kinds._SCRIPT_OR_TAG": (1_500, "page_kinds._MAX_BOUNCE_SOURCE"),
    "archive.extract.metadata._SLUG": (400, "metadata._LONGEST_SLUG"),
    "archive.exchange.decompression._RECORD": (256, "matched at the start of 256 bytes"),
    "archive.exchange.importers.mirrors._ZONE": (100, "the first 100 characters of a date"),
    "archive.model.validation._PLACE": (1_000, "only by fullmatch, where it is linear"),
    "archive.frontier.url_patterns._TOKEN": (1_000, "only by fullmatch, where it is linear"),
    "crawler.config.descriptions._HOST": (1_000, "only by fullmatch, where it is linear"),
    "crawler.discovery.feeds._OFFSET": (64, "moments._LONGEST"),
    "crawler.discovery.feeds._NUMBERS": (64, "moments._LONGEST"),
    "crawler.discovery.feeds._SPACE_BEFORE_ZONE": (64, "moments._LONGEST"),
    "crawler.discovery.page_links._REFRESH": (1_000, "matched at the start only, where it is linear"),
    "crawler.discovery.page_links._TIMELINE": (2_083, "an address: archive.model.urls._LONGEST"),
    "crawler.discovery.tolerant_xml._PLAIN": (1_000, "matched at a tag only, where it is linear"),
    "crawler.probe.site_features._BETWEEN": (2_000, FOLDED),
    "crawler.probe.site_features._HOST": (1_000, "only by fullmatch, where it is linear"),
}


def modules() -> Iterator[str]:
    for package in ("archive", "crawler"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if not name.endswith("__main__") and not name.startswith(NOT_FOREIGN):
                yield name


def patterns(module: str) -> dict[str, re.Pattern[Any]]:
    """Every compiled expression of a module, by module, name and place in what holds it."""
    found: dict[str, re.Pattern[Any]] = {}

    def collect(name: str, value: object, depth: int) -> None:
        if isinstance(value, re.Pattern):
            found.setdefault(name, value)
        elif isinstance(value, (tuple, list)) and depth < 3:
            for number, one in enumerate(value):
                collect(f"{name}[{number}]", one, depth + 1)
        elif isinstance(value, dict) and depth < 3:
            for key, one in value.items():
                collect(f"{name}[{key}]", one, depth + 1)

    try:
        loaded = importlib.import_module(module)
    except ImportError:  # an extra that is not installed
        return {}
    for name, value in vars(loaded).items():
        collect(f"{module}.{name}", value, 0)
    distinct = {(one.pattern, one.flags): name for name, one in reversed(found.items())}
    return {name: found[name] for name in sorted(distinct.values())}


def character(items: Any) -> str:
    """One character of a set."""
    negated = bool(items) and items[0][0] is op.NEGATE
    if negated:
        return next((one for one in "a 1-.,;!~ạ\n" if not _in(one, items[1:])), "~")
    return next((one for one in "a1 -._/\n" if _in(one, items)), _first(items))


def _first(items: Any) -> str:
    kind, value = items[0]
    return chr(value if kind is op.LITERAL else value[0]) if kind in (op.LITERAL, op.RANGE) else "a"


def _in(one: str, items: Any) -> bool:
    categories: dict[Any, Callable[[str], bool]] = {
        op.CATEGORY_DIGIT: str.isdigit, op.CATEGORY_SPACE: str.isspace,
        op.CATEGORY_WORD: lambda c: c.isalnum() or c == "_", op.CATEGORY_NOT_DIGIT: lambda c: not c.isdigit(),
        op.CATEGORY_NOT_SPACE: lambda c: not c.isspace(), op.CATEGORY_NOT_WORD: lambda c: not (c.isalnum() or c == "_"),
    }  # fmt: skip
    return any(
        (kind is op.LITERAL and ord(one) == value) or (kind is op.RANGE and value[0] <= ord(one) <= value[1])
        or (kind is op.CATEGORY and categories[value](one))
        for kind, value in items
    )  # fmt: skip


def example(tree: Any, branch: int = 0) -> str:
    """A string that an expression matches; branch: which of its alternatives."""
    text = ""
    for kind, value in tree:
        if kind is op.LITERAL:
            text += chr(value)
        elif kind is op.NOT_LITERAL:
            text += "a" if value != ord("a") else "b"
        elif kind is op.ANY:
            text += "a"
        elif kind is op.IN:
            text += character(value)
        elif kind is op.BRANCH:
            text += example(value[1][branch % len(value[1])], branch)
        elif kind is op.SUBPATTERN:
            text += example(value[3], branch)
        elif kind is op.ATOMIC_GROUP:
            text += example(value, branch)
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            text += example(value[2], branch) * max(1, min(value[0], 50))
    return text


def pumps(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """(what stands before a repeat, what it repeats), for every repeat without a small bound."""
    for moment, (kind, value) in enumerate(tree):
        lead = before + example(tree[:moment])
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            if value[1] > 8:
                yield from ((lead, example(value[2], branch)) for branch in range(3))
            yield from pumps(value[2], lead)
        elif kind is op.BRANCH:
            for one in value[1]:
                yield from pumps(one, lead)
        elif kind is op.SUBPATTERN:
            yield from pumps(value[3], lead)
        elif kind is op.ATOMIC_GROUP:
            yield from pumps(value, lead)


COMMON = " a1-./<>&\"'=:;,_\nạA(["


def attacks(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """(before, repeated, after)."""
    tree = _parser.parse(pattern.pattern, pattern.flags)
    own = {(before, unit) for before, unit in pumps(tree) if unit} | {("", unit) for _, unit in pumps(tree) if unit}
    both = {(before, unit + other) for before, unit in own for _, other in own if len(own) < 12}
    whole = {("", example(tree)), ("", example(tree)[:-1])} - {("", "")}
    chosen = sorted(own | whole)[:60] + sorted(both)[:40] + [("", one) for one in COMMON]
    return [(before, unit, after) for before, unit in dict.fromkeys(chosen) for after in ("\0", "")]


def seconds(pattern: re.Pattern[Any], text: Any) -> float:
    """Of the slowest way to use it; the least of three."""

    def once() -> float:
        started = time.process_time()
        for _ in pattern.finditer(text):
            pass
        pattern.fullmatch(text)
        return time.process_time() - started

    took = once()
    return took if took < NOTICEABLE else min(took, once(), once())


def given(pattern: re.Pattern[Any], attack: tuple[str, str, str], length: int, *, folded: bool = False) -> Any:
    before, unit, after = attack
    text = before + unit * (length // len(unit)) + after
    text = " ".join(text.split()) if folded else text
    return text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text


@pytest.mark.slow
@pytest.mark.parametrize("module", list(modules()))
def test_time_grows_with_the_length(module: str) -> None:
    for name, pattern in patterns(module).items():
        in_time(name, pattern)


def in_time(name: str, pattern: re.Pattern[Any]) -> None:
    if name in BOUNDED:
        length, why = BOUNDED[name]
        for attack in attacks(pattern):
            took = seconds(pattern, given(pattern, attack, length, folded=why == FOLDED))
            assert took < LONGEST, f"{name}, {attack!r}: {took:.2f} s at the longest text that it is given"
        return
    for attack in attacks(pattern):
        if seconds(pattern, given(pattern, attack, LONG)) > NOTICEABLE:
            times = min(ratio(pattern, attack) for _ in range(3))  # something else may slow the longer one
            assert times < MOST_TIMES, f"{name}, {attack!r}: {times:.0f} times as long for 4 times the length"


def ratio(pattern: re.Pattern[Any], attack: tuple[str, str, str]) -> float:
    shorter, longer = (seconds(pattern, given(pattern, attack, length)) for length in (SHORT, LONG))
    return longer / max(1e-5, shorter)


def test_a_quadratic_expression_would_be_seen() -> None:
    quadratic = re.compile(r"\s+x")
    tries = [
        [seconds(quadratic, given(quadratic, ("", " ", "\0"), length)) for length in (4 * LONG, LONG)] for _ in "12345"
    ]
    assert max(longer / shorter for longer, shorter in tries) > MOST_TIMES  # something else may slow one of the two
    assert ("", " ") in {attack[:2] for attack in attacks(quadratic)}


@pytest.mark.slow
def test_every_bound_is_of_an_expression_that_there_is() -> None:
    assert set(BOUNDED) <= {name for module in modules() for name in patterns(module)}
