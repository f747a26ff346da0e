"""The reader's name changes with what changes readings, and with nothing else."""

from __future__ import annotations

import pytest

from archive.extract.extractor_identity import digest_of_sources

SOURCE = '''
"""Reads headlines."""
from archive.model.records import Reading

LONGEST: int = 300

def headline(page: str) -> str | None:
    """The headline."""
    return page[:LONGEST] or None  # nothing is None
'''


def name(source: str) -> str:
    return digest_of_sources([b"x = 1", source.encode()])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Reads headlines.", "Reads what stands above an article."),
        ("  # nothing is None", ""),
        (": int = 300", " : float = 300"),
        ("page: str) -> str | None", "page: bytes) -> object"),
        ("from archive.model.records", "from archive.model.records"),
        ("\n\ndef", "\n\n\n\ndef"),
        ('    """The headline."""\n', ""),
        ("[:LONGEST]", "[ : LONGEST ]"),
    ],
)
def test_what_reads_the_same_has_the_same_name(old: str, new: str) -> None:
    assert old in SOURCE
    assert name(SOURCE.replace(old, new)) == name(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("300", "301"),
        ("[:LONGEST]", "[1:LONGEST]"),
        ("or None", "or ''"),
        ("page: str)", "page: str, *rest)"),
    ],
)
def test_what_reads_otherwise_has_another(old: str, new: str) -> None:
    assert old in SOURCE
    assert name(SOURCE.replace(old, new)) != name(SOURCE)


@pytest.mark.parametrize(
    "sources",
    [
        [b"b = 2", b"a = 1"],
        [b"a = 1\nb = 2"],
        [b"import os\n\nb = 2\n\na = 1"],
        [b"a = 1", b"b = 2", b'"""What this package is for."""'],
    ],
)
def test_code_that_moves_keeps_the_name(sources: list[bytes]) -> None:
    assert digest_of_sources(sources) == digest_of_sources([b"a = 1", b"b = 2"])
