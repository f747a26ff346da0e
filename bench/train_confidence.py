"""Learns the weights of archive/extract/learned_weights.py: how likely a field of a reading is right.

    python bench/train_confidence.py [--write]

Prints what they are worth on pages they were not learned from, for each of five folds of hosts learned on the other
four: the expected calibration error, and the share of the wrong readings among the least confident tenth. A field is
right as bench/folds.py scores it; a body, where nine in ten words agree, or all wanted and no unwanted strings are
there.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from typing import Any

sys.path[:0] = ["."]

from archive.extract import likelihood  # noqa: E402  # as in folds.py
from bench import folds, train_kinds  # noqa: E402  # as in folds.py
from bench.train_kinds import Example  # noqa: E402  # as in folds.py

_FIELDS = ("headline", "authors", "published_at", "captions", "body")
_BINS = 10
_RIDGE = 6.0  # more than for kinds: there are fewer pages
_SAME_BODY = 0.9
Rights = dict[str, bool]
Page = tuple[dict[str, float], Rights, int]
"""Signs, field -> whether it is right, fold."""


def main() -> None:
    """Measures by folds; writes the weights when asked to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    digest = hashlib.sha256()
    pages = list(_pages())
    for signs, rights, fold in pages:
        digest.update(f"{sorted(signs.items())}{sorted(rights.items())}{fold}\n".encode())
    by_fold = [_learned([page for page in pages if page[2] != fold]) for fold in range(5)]
    for field in ("reading", *_FIELDS):
        _measure(
            field,
            [(_guess(field, by_fold[fold], signs), rights[field]) for signs, rights, fold in pages if field in rights],
        )
    if write:
        train_kinds.write_weights(
            "bench/train_confidence.py", _assignments(_learned(pages), digest.hexdigest(), len(pages))
        )


def _learned(pages: list[Page]) -> dict[str, dict[str, float]]:
    """The weights of each field, learned from the pages that have a label for it."""
    return {
        field: train_kinds.learned(
            [Example(signs, rights[field], fold, True) for signs, rights, fold in pages if field in rights], 1.0, _RIDGE
        )
        for field in _FIELDS
    }


def _guess(field: str, weights: dict[str, dict[str, float]], signs: dict[str, float]) -> float:
    guesses = {name: likelihood.likelihood(weights[name], signs) for name in _FIELDS}
    return likelihood.whole(guesses) if field == "reading" else guesses[field]


def _measure(field: str, guesses: list[tuple[float, bool]]) -> None:
    guesses.sort()
    error = 0.0
    for number in range(_BINS):
        inside = [pair for pair in guesses if number <= _BINS * pair[0] < number + 1 or (pair[0] == 1 and number == 9)]
        error += abs(sum(said - right for said, right in inside)) / len(guesses)
    wrong = sum(not right for _, right in guesses)
    lowest = sum(not right for _, right in guesses[: round(len(guesses) / 10)])
    print(
        f"{field:14} {len(guesses)} pages, {wrong} wrong; calibration error {error:.3f}; "
        f"wrong ones in the lowest tenth {lowest / max(1, wrong):.2f}"
    )


def _pages() -> Iterator[Page]:
    """Every page that is read."""
    seen: list[dict[str, float]] = []
    evidence = likelihood.field_signs

    def noted(*arguments: Any) -> dict[str, float]:
        seen.append(evidence(*arguments))
        return seen[-1]

    vars(likelihood).update(field_signs=noted, FIELD_WEIGHTS={})  # the present weights may not know every sign
    for name, rights_of in _SETS.items():
        rows = folds.SETS[name][0]()
        while True:
            seen.clear()
            if (row := next(rows, None)) is None:
                break
            if seen and (rights := rights_of(row)):
                yield seen[-1], rights, row["fold"]


def _labelled(row: folds.Result) -> Rights:
    scores = row["scores"]
    strings = scores["must"] == scores["n_must"] and not scores["bad"] and scores["first"] and scores["last"]
    date = scores["date"]["minute"] if scores["date"] else not scores["invented"]
    rights = {"headline": scores["title"], "published_at": date, "body": strings}
    rights["reading"] = all(rights.values())
    return rights | {"authors": scores["authors"], "captions": scores["f"] >= 1}


def _outlet(row: folds.Result) -> Rights:
    scores = row["scores"]
    rights = {"headline": scores["title"]["contained"], "body": scores["bag"][2] >= _SAME_BODY}
    rights |= {"published_at": scores["date"]["minute"]} if scores["date"] else {}
    rights["reading"] = all(rights.values())
    rights |= {"authors": scores["authors"]["exact"]} if scores["authors"] else {}
    found = [one["cls"] == "attached" for one in scores["captions"]]
    captions = {"captions": all(found) and scores["returned"] <= len(found)} if found else {}
    return rights | captions


def _words(row: folds.Result) -> Rights:
    return {"body": row["scores"]["prf"][2] >= _SAME_BODY} if row["scores"]["type"] == "article" else {}


_SETS = {"gold": _labelled, "vn": _labelled, "outlets": _outlet, "wcxb": _words}


def _assignments(weights: dict[str, dict[str, float]], digest: str, pages: int) -> list[str]:
    return [
        f'FIELDS_TRAINED_ON = "sha256:{digest}"  # {pages} pages',
        "_FIELDS = (" + ", ".join(f'"{field}"' for field in _FIELDS) + ")",
        "_BY_SIGN: dict[str, tuple[float, ...]] = {",
        *(f'    "{sign}": ({_joined(weights, sign)}),' for sign in weights[_FIELDS[0]]),
        "}",
        "FIELD_WEIGHTS = {",
        "    field: {sign: weights[number] for sign, weights in _BY_SIGN.items()} for number, field in enumerate(_FIELDS)",
        "}",
    ]


def _joined(weights: dict[str, dict[str, float]], sign: str) -> str:
    return ", ".join(f"{weights[field][sign]:.3f}" for field in _FIELDS)


if __name__ == "__main__":
    main()
