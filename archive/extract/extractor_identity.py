"""The name under which a reading is filed: readings are compared only between extractors of one name."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import cache_from_source
from pathlib import Path

_LIBRARIES = ("trafilatura", "lxml")
_OURS = (
    "extract", "rules", "text/folding.py", "model/validation.py", "model/reading_validation.py",
    "model/urls.py", "model/digests.py",
)  # fmt: skip
"""Of archive: all that can change a reading, the removal of learned blocks and the gate of claims included."""
_SAYS_NOTHING = frozenset({"annotation", "returns", "type_comment", "ctx"})


@lru_cache(maxsize=1)
def extractor_name() -> str:
    """Versions of the libraries that read and a digest over our own reading code and rules, such as
    `luubao 0.1.0 reader sha256:3f1c5a29e0b4, trafilatura 2.3.1, lxml 6.1.3`. A digest, because a version number that
    somebody forgets to raise would turn a better reading into an edit of the newspaper's."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"luubao {version('luubao')} reader sha256:{_source_digest()[:12]}, {libraries}"


def _source_digest() -> str:
    """Of the modules as they lie here. Parsing them takes a fifth of a second, so it is kept beside Python's own
    bytecode, under the digest of their bytes."""
    sources = [source.read_bytes() for name in _OURS for source in _modules(files("archive") / name)]
    raw = hashlib.sha256(b"\0".join(sorted(sources)) + sys.version.encode()).hexdigest()
    kept = Path(cache_from_source(__file__)).with_name(f"reader-{raw[:32]}.txt")
    with suppress(OSError):
        if len(known := kept.read_text("ascii")) == 2 * hashlib.sha256().digest_size:
            return known
    digest = digest_of_sources(sources)
    if not sys.dont_write_bytecode:
        with suppress(OSError):  # a folder that we may not write to
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(digest, "ascii")
    return digest


def _modules(place: Traversable) -> Iterator[Traversable]:
    if place.name.endswith(".py"):
        yield place
    elif place.is_dir():
        for entry in place.iterdir():
            yield from _modules(entry)


def digest_of_sources(sources: Iterable[bytes]) -> str:
    """The digest of what modules do, in hexadecimal digits: of their syntax without comments, docstrings, annotations
    and imports, and without their names. What is renamed, moved or explained better reads as before."""
    digests = sorted(hashlib.sha256("".join(_syntax(ast.parse(source))).encode()).digest() for source in sources)
    return hashlib.sha256(b"".join(digests)).hexdigest()


def _syntax(node: ast.AST) -> Iterator[str]:
    """A module's syntax in words, but for what changes no result."""
    if isinstance(node, (ast.Import, ast.ImportFrom)) or _is_said(node):
        return
    yield f"({type(node).__name__}"
    for name in node._fields:
        if name not in _SAYS_NOTHING:
            value = getattr(node, name, None)
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    yield from _syntax(part)
                else:
                    yield f" {part!r}"
    yield ")"


def _is_said(node: ast.AST) -> bool:
    """A text that stands by itself says something to people."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
