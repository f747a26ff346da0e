"""Names the extractor version of a reading: only readings with the same extractor name are compared."""

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

from archive.extract.own_rules import rules_state

_LIBRARIES = ("trafilatura", "lxml")
_OWN_MODULES = (
    "extract", "rules", "text/folding.py", "text/charsets.py", "text/recurring_blocks.py",
    "model/validation.py", "model/urls.py", "model/digests.py",
)  # fmt: skip
"""Paths in archive/ that can change a reading, including the removal of boilerplate blocks and the validation."""
_IGNORED_FIELDS = frozenset({"annotation", "returns", "type_comment", "ctx"})


@lru_cache(maxsize=1)
def extractor_name() -> str:
    """Versions of the extraction libraries and a digest of our own extraction code and of all rules, the user's too,
    such as `luubao 0.2.0 reader sha256:3f1c5a29e0b4, trafilatura 2.3.1, lxml 6.1.3`. A digest, because after a
    forgotten bump of a version number a better extraction would look like an edit by the newspaper."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    digest, own = _source_digest(), rules_state()
    if own:
        digest = hashlib.sha256(digest.encode() + own).hexdigest()
    return f"luubao {version('luubao')} reader sha256:{digest[:12]}, {libraries}"


def _source_digest() -> str:
    """Digest of the installed modules. Parsing them takes a fifth of a second, so the result is cached beside Python's
    bytecode, under the digest of their bytes."""
    sources = [source.read_bytes() for name in _OWN_MODULES for source in _modules(files("archive") / name)]
    bytes_digest = hashlib.sha256(b"\0".join(sorted(sources)) + sys.version.encode()).hexdigest()
    cache_file = Path(cache_from_source(__file__)).with_name(f"reader-{bytes_digest[:32]}.txt")
    with suppress(OSError):
        if len(cached := cache_file.read_text("ascii")) == 2 * hashlib.sha256().digest_size:
            return cached
    digest = digest_of_sources(sources)
    if not sys.dont_write_bytecode:
        with suppress(OSError):  # the folder is not writable
            cache_file.parent.mkdir(exist_ok=True)
            cache_file.write_text(digest, "ascii")
    return digest


def _modules(resource: Traversable) -> Iterator[Traversable]:
    if resource.name.endswith(".py"):
        yield resource
    elif resource.is_dir():
        for entry in resource.iterdir():
            yield from _modules(entry)


def digest_of_sources(sources: Iterable[bytes]) -> str:
    """The hexadecimal digest of what modules do: of their statements' syntax without comments, docstrings, annotations,
    imports and file names. Code that is renamed as a file, moved to another module or better documented keeps it."""
    statements = ("".join(_syntax_words(statement)) for source in sources for statement in ast.parse(source).body)
    digests = sorted({hashlib.sha256(words.encode()).digest() for words in statements if words})
    return hashlib.sha256(b"".join(digests)).hexdigest()


def _syntax_words(node: ast.AST) -> Iterator[str]:
    """The syntax of a node as words, without the parts that change no result."""
    if isinstance(node, (ast.Import, ast.ImportFrom)) or _is_docstring(node):
        return
    yield f"({type(node).__name__}"
    for name in node._fields:
        if name not in _IGNORED_FIELDS:
            value = getattr(node, name, None)
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    yield from _syntax_words(part)
                else:
                    yield f" {part!r}"
    yield ")"


def _is_docstring(node: ast.AST) -> bool:
    """Whether a statement is only a constant, such as a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
