"""Learns the weights of archive/extract/learned_weights.py from labelled pages: lists against articles.

    python bench/train_kinds.py [--write]

Prints what the weights are worth on pages they were not learned from: for each of five folds of hosts, learned on the
other four. --write then learns on all and writes the module, with the digest of what it learned from. Logistic
regression with a ridge, by Newton's method: the same pages give the same weights on every machine.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

EVALUATION = Path(os.environ.get("EVALUATION", "../shared/evaluation"))
sys.path[:0] = [str(EVALUATION), "."]

import common as kit  # noqa: E402  # as in folds.py
import eval_gold  # noqa: E402  # as in folds.py
import eval_wcxb  # noqa: E402  # as in folds.py

from archive.extract import charset, likelihood, page_kinds  # noqa: E402  # as in folds.py
from archive.extract.body import read_body  # noqa: E402  # as in folds.py
from archive.extract.metadata import read_metadata  # noqa: E402  # as in folds.py
from archive.extract.parsed_page import parse  # noqa: E402  # as in folds.py
from archive.rules import families_for  # noqa: E402  # as in folds.py

_RIDGE, _ROUNDS = 2.0, 12
_LIST_WEIGHS = 2.0  # as many articles as one list: there are five times as many
_THRESHOLDS = (0.5, 0.6, 0.65, 0.7, 0.8)
_TARGET = Path("archive/extract/learned_weights.py")


@dataclass(frozen=True)
class Example:
    """A page: its signs, whether it is a list, its fold, and whether a newsroom printed it."""

    signs: dict[str, float]
    is_list: bool
    fold: int
    news: bool


def main() -> None:
    """Measures by folds; writes the weights when asked to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    digest = hashlib.sha256()
    examples = list(_examples(digest))
    _measure(examples)
    if write:
        write_weights("bench/train_kinds.py", _assignments(learned(examples), digest.hexdigest(), len(examples)))


def _measure(examples: list[Example]) -> None:
    guesses: list[tuple[Example, float]] = []
    for fold in range(5):
        weights = learned([one for one in examples if one.fold != fold])
        guesses += [(one, _likelihood(weights, one.signs)) for one in examples if one.fold == fold]
    lists = [guess for one, guess in guesses if one.is_list]
    for least in _THRESHOLDS:
        taken = sum(guess <= least for guess in lists) / len(lists)
        refused = sum(guess > least for one, guess in guesses if not one.is_list)
        news = sum(guess > least for one, guess in guesses if one.news)
        print(
            f"above {least}: {taken:.3f} of {len(lists)} lists taken, {refused} articles refused, {news} of newsrooms"
        )
    for low in range(10):
        inside = [(one.is_list, guess) for one, guess in guesses if low <= 10 * guess < low + 1]
        if inside:
            said, true = (sum(pair[number] for pair in inside) / len(inside) for number in (1, 0))
            print(f"said {said:.2f}, were lists {true:.2f} of {len(inside)}")


def learned(examples: list[Example], list_weighs: float = _LIST_WEIGHS, ridge: float = _RIDGE) -> dict[str, float]:
    """The weights that fit these examples best."""
    names = list(examples[0].signs)
    rows = [[one.signs[name] for name in names] for one in examples]
    weights = [0.0] * len(names)
    for _ in range(_ROUNDS):
        step = _solved(*_slope(weights, rows, examples, list_weighs, ridge))
        weights = [old + new for old, new in zip(weights, step, strict=True)]
    return dict(zip(names, weights, strict=True))


def _slope(
    weights: list[float], rows: list[list[float]], examples: list[Example], list_weighs: float, ridge: float
) -> tuple[list[list[float]], list[float]]:
    """Curvature and slope of the likelihood, the ridge on all but the first weight included."""
    size = len(weights)
    slope = [-ridge * weight * (number > 0) for number, weight in enumerate(weights)]
    curve = [[ridge * (line == column) for column in range(size)] for line in range(size)]
    for row, one in zip(rows, examples, strict=True):
        chance = _logistic(sum(weight * value for weight, value in zip(weights, row, strict=True)))
        counts = list_weighs if one.is_list else 1.0
        present = [number for number, value in enumerate(row) if value]
        for line in present:
            slope[line] += counts * (one.is_list - chance) * row[line]
            for column in present:
                curve[line][column] += counts * chance * (1 - chance) * row[line] * row[column]
    return curve, slope


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """x of matrix x = right, by elimination with pivots."""
    size = len(right)
    lines = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for number in range(size):
        pivot = max(range(number, size), key=lambda line: abs(lines[line][number]))
        lines[number], lines[pivot] = lines[pivot], lines[number]
        for below in range(number + 1, size):
            factor = lines[below][number] / lines[number][number]
            lines[below] = [a - factor * b for a, b in zip(lines[below], lines[number], strict=True)]
    found = [0.0] * size
    for number in reversed(range(size)):
        known = sum(lines[number][column] * found[column] for column in range(number + 1, size))
        found[number] = (lines[number][size] - known) / lines[number][number]
    return found


def _likelihood(weights: dict[str, float], signs: dict[str, float]) -> float:
    return _logistic(sum(weights[name] * value for name, value in signs.items()))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def _examples(digest: hashlib._Hash) -> Iterator[Example]:
    for page, url, is_list, news in _pages():
        digest.update(f"{url}\n{is_list}\n".encode() + page.encode())
        if (signs := signs_of(page, url)) is not None:
            yield Example(signs, is_list, eval_wcxb.fold(url), news)


def _pages() -> Iterator[tuple[str, str, bool, bool]]:
    """(source, address, whether it is a list, whether it is a newsroom's) of every labelled page."""
    for row in json.loads((eval_wcxb.WCXB / "truth.json").read_text("utf-8")):
        page = gzip.decompress((eval_wcxb.WCXB / "html" / f"{row['id']}.html.gz").read_bytes())
        yield page.decode("utf-8", "replace"), row["url"], row["type"] != "article", False
    for name in ("gold", "vnlabels"):
        for row in eval_gold.load(name):
            yield row["html"].decode("utf-8", "replace"), row["url"], False, True
    for row in kit.load_outlets():
        yield row["html_text"], row["url"], False, True


def signs_of(source: str, url: str) -> dict[str, float] | None:
    """What the reader weighs on a page; None where it reads none."""
    text = charset.clean(source)
    if charset.refusal(text) or page_kinds.refused_source(text) or (page := parse(text, url)) is None:
        return None
    rules = families_for(text, lambda: page.names)
    evidence = page_kinds.evidence_of(page)
    metadata = read_metadata(page, rules)
    return likelihood.features(evidence, metadata, read_body(page, rules, metadata))


def write_weights(script: str, lines: Sequence[str]) -> None:
    """Replaces the weights that a script wrote."""
    before, mark, rest = _TARGET.read_text().partition(f"# written by {script}\n")
    _, next_mark, others = rest.partition("\n# written by")
    _TARGET.write_text("".join((before, mark, "\n".join(lines), "\n", next_mark, others)))


def _assignments(weights: dict[str, float], digest: str, pages: int) -> list[str]:
    return [
        f'LISTS_TRAINED_ON = "sha256:{digest}"  # {pages} pages',
        "LIST_WEIGHTS: dict[str, float] = {",
        *(f'    "{name}": {weight:.4f},' for name, weight in weights.items()),
        "}",
    ]


if __name__ == "__main__":
    main()
