"""How long the differ takes, on long articles and on what was made to stop it. `make bench`."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable

import pytest

from archive.diff import compare
from archive.model.records import Reading

_COMMON = "của và các là có được cho trong một không với người những này đã khi để từ đến tại ông bà xã huyện tỉnh"
_WORDS = _COMMON.split()
_RARE = [f"từ{n}" for n in range(6_000)]


def article(words: int, seed: int = 1) -> list[str]:
    """Paragraphs of 80 words, half of them common."""
    chance = random.Random(seed)
    return [
        " ".join(chance.choice(_WORDS if chance.random() < 0.5 else _RARE) for _ in range(80)) + "."
        for _ in range(words // 80)
    ]


def edited(paragraphs: list[str], share: float) -> list[str]:
    """The same with that share of all words replaced, some paragraphs moved, some cut in two."""
    chance = random.Random(2)
    done = [
        " ".join(chance.choice(_RARE) if chance.random() < share else word for word in one.split())
        for one in paragraphs
    ]
    done.insert(3, done.pop(-5))
    first = done[7].split()
    done[7:8] = [" ".join(first[:40]), " ".join(first[40:])]
    return done


def _everywhere() -> tuple[list[str], list[str]]:
    old = article(20_000)
    return old, edited(old, 0.1)


def _rewritten() -> tuple[list[str], list[str]]:
    return article(20_000), article(20_000, seed=3)


def _one_paragraph() -> tuple[list[str], list[str]]:
    old = article(20_000)
    return [" ".join(old)], [" ".join(edited(old, 0.1))]


def _identical() -> tuple[list[str], list[str]]:
    return ["Mưa to."] * 5_000, ["Mưa to."] * 4_990


def _identical_between() -> tuple[list[str], list[str]]:
    return ["Mưa to."] * 5_000, ["Mưa to.", "Nắng."] * 2_500


def _one_word() -> tuple[list[str], list[str]]:
    return ["a" * 1_000_000], ["b" * 1_000_000]


def _marks() -> tuple[list[str], list[str]]:
    return ["!?" * 500_000], ["?!," * 333_333]


def _letters() -> tuple[list[str], list[str]]:
    return [" ".join("ab" * 250_000)], [" ".join("ba" * 250_000) + " b"]


def _all_different() -> tuple[list[str], list[str]]:
    return [f"đoạn{n} một hai" for n in range(5_000)], [f"khác{n} ba bốn" for n in range(5_000)]


def _all_edited() -> tuple[list[str], list[str]]:
    return [f"đoạn{n} mưa to ở xã" for n in range(5_000)], [f"đoạn{n} nắng to ở xã" for n in range(5_000)]


def _reversed() -> tuple[list[str], list[str]]:
    old = article(100_000)
    return old, old[::-1]


def _shuffled_words() -> tuple[list[str], list[str]]:
    words = [f"w{n}" for n in range(45_000)]
    other = words[:]
    random.Random(4).shuffle(other)
    return [" ".join(words)], [" ".join(other)]


def _few_letters() -> tuple[list[str], list[str]]:
    chance = random.Random(5)
    one, other = (" ".join(chance.choices("abcd", k=60_000)) for _ in range(2))
    return [one], [other]


def _alike_in_chance_order() -> tuple[list[str], list[str]]:
    chance = random.Random(6)
    return tuple([" ".join(chance.choices(_WORDS, k=12)) for _ in range(5_000)] for _ in range(2))  # type: ignore[return-value]  # two of them


def _few_and_huge() -> tuple[list[str], list[str]]:
    return [" ".join(article(15_000, n)) for n in range(20)], [" ".join(article(15_000, n)) for n in range(30, 50)]


CASES = [
    (_everywhere, 1.0), (_rewritten, 1.0), (_one_paragraph, 1.0), (_identical, 2.0), (_identical_between, 2.0), (_one_word, 2.0),
    (_marks, 2.0), (_letters, 2.0), (_all_different, 2.0), (_all_edited, 2.0), (_reversed, 2.0), (_shuffled_words, 2.0),
    (_few_letters, 2.0), (_alike_in_chance_order, 2.0), (_few_and_huge, 6.0),
]  # fmt: skip


@pytest.mark.bench
@pytest.mark.parametrize(("case", "seconds"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_comparing_takes_no_longer(case: Callable[[], tuple[list[str], list[str]]], seconds: float) -> None:
    old, new = (Reading("article", "Cầu", text="\n\n".join(lines)) for lines in case())
    begun = time.process_time()
    changes = compare(old, new)
    took = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{case.__name__.strip('_'):24} {took:6.2f} s  at most {peak:.0f} MB so far  {len(changes)} changes")
    assert took < seconds
