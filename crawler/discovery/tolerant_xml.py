"""Feeds and sitemaps as elements, in one walk over their bytes that no flaw stops and no flaw changes.

A parser that recovers (libxml2's `recover`) drops entity references behind the first error, and with them pieces of
correct addresses. Here a flaw costs what it stands in: what is no tag is text, what is no entity stands as it was
written, a tag that was never closed is closed by the end of what holds it. Time is linear; nothing is kept but the
names of open elements and the text of the one that is read. What a document declares is not expanded but where it is a
short text, and never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from crawler.discovery.markup_references import REFERENCE, attribute, character, joined, local

MOST_TAGS = 1_000_000
"""As many as are read of a document, entries of text not counted. A sitemap of 50 MB has half of it, with ten languages
of each address."""
MOST_HOLDERS = 100_000
"""As many items or entries: twice what a sitemap may have."""
_DEEPEST = 250
_LONGEST = 8_192  # bytes of the text of an element that is read: addresses and dates
_MOST_PIECES = 100  # of such a text: comments divide it
_DOCTYPE = 65_536

# A value in quotes holds no `<` (XML 1.0, production 10): a quote that nobody closed ends with its tag.
_ATTRIBUTES = rb"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+"""
_NAME = rb"""[A-Za-z_\x80-\xff][^\s/>"'<=]*+"""
# An end tag; a tag, with all of an element that holds nothing but text; what begins that is no tag.
_TAG = re.compile(
    rb"<(?:/(" + _NAME + rb")[^<>]*+>|(" + _NAME + rb")(" + _ATTRIBUTES + rb")>(?:([^<]*+)</\2\s*+>)?+"
    rb"|(!--|!\[CDATA\[|\?|!DOCTYPE))",
    re.IGNORECASE,
)
# An element that holds elements of text, and others that hold such, as nearly all entries of sitemaps do.
_TEXT = rb"<(" + _NAME + rb")>[^<]*+</\%d\s*+>\s*+"
_GROUP = rb"<(" + _NAME + rb")>\s*+(?:" + _TEXT + rb")++</\%d\s*+>\s*+"
_PLAIN = re.compile(rb"\s*+<(" + _NAME + rb")>\s*+((?:" + _TEXT % 3 + rb"|" + _GROUP % (5, 4) + rb")++)</\1>")
_GROUPS = re.compile(_GROUP % (2, 1))
_END_NAME = re.compile(_NAME)
_SUBSET_END = re.compile(rb"\]\s*+>")
_ENTITY = re.compile(rb"""<!ENTITY\s++([\w.-]++)\s++(?:"([^"&<%]{0,1000}+)"|'([^'&<%]{0,1000}+)')?+""")
_NEVER_CLOSED = frozenset({"br", "hr", "img", "wbr", "input"})  # in HTML that nobody escaped


# Tuples, for they are made by the hundred thousand, in half the time of a dataclass.
class Start(NamedTuple):
    """An element of the kind that holds others begins: an item, an entry of a sitemap."""

    name: str
    attributes: bytes
    base: str


class Leaf(NamedTuple):
    """An element that is read. text: what it begins with, stripped; "" where it is none, or no text. direct: whether it
    stands right in the Start that was told last, or in none; base: where xml:base says that its links begin, absolute,
    or ""."""

    name: str
    attributes: bytes
    text: str
    direct: bool
    base: str


class End(NamedTuple):
    """The element that was told last as a Start is over. damaged: whether tags in it did not match, so that nobody
    knows what stood right in it."""

    damaged: bool


class TooMany(Exception):
    """Raised behind as many tags, or elements that hold others, as are read; says how many."""


@dataclass
class Walk:
    """One walk over a document in UTF-8. holders, leaves: the local names, in small letters, that are told of. page:
    the document's address, for xml:base."""

    data: bytes
    holders: frozenset[str]
    leaves: frozenset[str]
    page: str
    told: frozenset[str] = field(init=False)
    _parts: re.Pattern[bytes] = field(init=False)  # elements of text that are told of
    _open: list[str] = field(default_factory=list)
    _bases: list[tuple[int, str]] = field(default_factory=list)  # (how many were open, base)
    _entities: dict[str, str | None] = field(default_factory=dict)
    _ends: dict[bytes, int] = field(default_factory=dict)
    _holder: int = 0  # how many are open within and with the one told last; 0 for none
    _holders: int = 0
    _damaged: bool = False
    _reading: tuple[str, bytes, int, str] | None = None
    _text: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.told = self.holders | self.leaves
        names = "|".join(sorted(self.told)).encode()
        self._parts = re.compile(rb"<((?:[^<>:]*+:)?+(?:" + names + rb"))>([^<]*+)<", re.IGNORECASE)

    def events(self) -> Iterator[Start | Leaf | End]:
        """In the order of the document. Raises TooMany at the end of what is read."""
        at: int | None = 0
        left = MOST_TAGS
        while at is not None:
            done, at = at, None
            for found in _TAG.finditer(self.data, done):
                if (left := left - 1) < 0:
                    raise TooMany(f"{MOST_TAGS} tags")
                if self._reading or not self._passes(found):
                    at = yield from self._met(found, done)
                    if at is not None:
                        break
                done = found.end()
        if self._reading:
            self._take(self.data[done : done + _LONGEST])
        yield from self._finish(0)

    def _passes(self, found: re.Match[bytes]) -> bool:
        """Whether a tag is none to tell of, as most are, and has been taken in."""
        _, name, attributes, text, _ = found.groups()
        if not name or local(name) in self.told or b"base" in attributes:
            return False
        is_empty = attributes[-1:] == b"/"
        if text is None and not is_empty:
            self._open_one(local(name), "")
        return text is None or not is_empty

    def _met(self, found: re.Match[bytes], done: int) -> Generator[Start | Leaf | End, None, int | None]:
        """Takes a tag in; done: where the last one ended. Returns where to go on where that is not its end."""
        if self._reading:
            self._take(self.data[done : min(found.start(), done + _LONGEST)])
        ended, tag, attributes, text, special = found.groups()
        if special:
            return self._pass(special.upper(), found.end())
        if ended:
            yield from self._ended(local(ended))
            return None
        if not (attributes or self._reading or self._holder) and (end := (yield from self._plain(found.start()))):
            return end
        yield from self._begun(local(tag), attributes)
        if text is None:
            return None
        if attributes[-1:] == b"/":
            return found.end(3) + 1
        if self._reading:
            self._take(text[:_LONGEST])
        yield from self._ended(local(tag))
        return None

    def _plain(self, at: int) -> Generator[Start | Leaf | End, None, int]:
        """Elements that are told of, as long as one follows the other and each holds but elements of text. Returns
        where they end, 0 where there is none. The short way, which gives the same as the long one."""
        begun = at
        match, over = _PLAIN.match, End(damaged=False)
        base = self._bases[-1][1] if self._bases else ""
        while plain := match(self.data, at):
            name, direct = local(plain[1]), plain[2]
            deeper = b""
            if plain[4]:
                deeper = b"".join(group[0] for group in _GROUPS.finditer(direct))
                direct = _GROUPS.sub(b"", direct)
            found = [(True, *part) for part in self._parts.findall(direct)]
            found += [(False, *part) for part in self._parts.findall(deeper)] if deeper else []
            if name not in self.holders or any(local(part) in self.holders for _, part, _ in found):
                break
            self._count()
            yield Start(name, b"", base)
            for is_direct, part, text in found:
                yield Leaf(local(part), b"", self._made_of(text[:_LONGEST]), is_direct, base)
            yield over
            at = plain.end()
        return at if at > begun else 0

    def _made_of(self, piece: bytes) -> str:
        """The text of a leaf; "" where a reference in it, or its bytes, stand for nothing."""
        text = piece.decode("utf-8", "replace")
        if "&" in text:
            text = REFERENCE.sub(self._referred, text)
        return "" if "\ufffd" in text else text.strip()

    def _take(self, piece: bytes) -> None:
        if len(self._text) < _MOST_PIECES:
            text = piece.decode("utf-8", "replace")
            self._text.append(REFERENCE.sub(self._referred, text) if "&" in text else text)

    def _begun(self, name: str, attributes: bytes) -> Iterator[Start | Leaf | End]:
        if self._reading:
            yield self._read()
        if name in _NEVER_CLOSED:
            return
        if name in self.holders and self._holder:
            self._damaged = True
            yield from self._finish(self._holder - 1)
        is_empty = attributes.endswith(b"/")
        base = self._base(attributes) if b"base" in attributes else ""
        base = base or (self._bases[-1][1] if self._bases else "")
        if name in self.leaves:
            self._reading = (name, attributes, len(self._open), base)
        if name in self.holders:
            self._count()
            yield Start(name, attributes, base)
            self._holder, self._damaged = len(self._open) + 1, False
            if is_empty:
                self._holder = 0
                yield End(damaged=False)
        elif is_empty and self._reading:
            yield self._read()
        if not is_empty:
            self._open_one(name, base)

    def _count(self) -> None:
        self._holders += 1
        if self._holders > MOST_HOLDERS:
            raise TooMany(f"{MOST_HOLDERS} entries")

    def _open_one(self, name: str, base: str) -> None:
        if len(self._open) >= _DEEPEST and name not in self.holders:
            self._damaged = True
        elif name not in _NEVER_CLOSED:
            self._open.append(name)
            if base and (not self._bases or self._bases[-1][1] != base):
                self._bases.append((len(self._open), base))

    def _ended(self, name: str) -> Iterator[Leaf | End]:
        if self._reading:
            yield self._read()
        opened = self._open
        if opened and opened[-1] == name:
            yield from self._finish(len(opened) - 1)
        elif name in opened:
            self._damaged = True
            yield from self._finish(len(opened) - 1 - opened[::-1].index(name))
        elif name not in _NEVER_CLOSED:
            self._damaged = True

    def _finish(self, depth: int) -> Iterator[Leaf | End]:
        """Closes what is open but for so many."""
        if self._reading:
            yield self._read()
        if self._holder > depth:
            yield End(self._damaged or len(self._open) > self._holder)
            self._holder = 0
        del self._open[depth:]
        while self._bases and self._bases[-1][0] > depth:
            self._bases.pop()

    def _read(self) -> Leaf:
        assert self._reading
        name, attributes, depth, base = self._reading
        text = "".join(self._text).strip()
        self._reading = None
        self._text.clear()
        return Leaf(name, attributes, "" if "\ufffd" in text else text, depth == self._holder or not self._holder, base)

    def _pass(self, kind: bytes, at: int) -> int:
        """Where to go on behind what is no tag. What has no end, or has one only because the next of its kind has, is
        text."""
        if kind == b"!--":
            end = self._next(b"-->", at)
            is_one = end >= 0 and self.data.find(b"<!--", at, end) < 0
            return end + 3 if is_one else at
        if kind == b"?":
            end = self._next(b"?>", at)
            return end + 2 if end >= 0 else at
        return self._pass_cdata(at) if kind == b"![CDATA[" else self._pass_doctype(at)

    def _pass_cdata(self, at: int) -> int:
        end = self._next(b"]]>", at)
        if end < 0 or (self.data.find(b"<![CDATA[", at, end) >= 0 and self._is_left(at, end)):
            return at
        if self._reading:
            self._text.append(self.data[at : min(end, at + _LONGEST)].decode("utf-8", "replace"))
        return end + 3

    def _is_left(self, at: int, end: int) -> bool:
        """Whether the first end tag is that of the open element."""
        tag = self._next(b"</", at)
        found = _END_NAME.match(self.data, tag + 2) if 0 <= tag < end else None
        return found is not None and bool(self._open) and local(found[0]) == self._open[-1]

    def _next(self, mark: bytes, at: int) -> int:
        """Where the mark stands next, -1 where no more; each stretch is searched once."""
        known = self._ends.get(mark, 0)
        if 0 <= known < at or mark not in self._ends:
            known = self._ends[mark] = self.data.find(mark, at)
        return known

    def _pass_doctype(self, at: int) -> int:
        head = self.data[at : at + _DOCTYPE] if b"!DOCTYPE" not in self._ends else b""
        self._ends[b"!DOCTYPE"] = at  # a document has one
        end, subset = head.find(b">"), head.find(b"[")
        if 0 <= subset < end:
            closing = _SUBSET_END.search(head, subset)
            end = closing.end() - 1 if closing else -1
            for name, one, other in _ENTITY.findall(head[subset:end]):
                self._entities.setdefault(name.decode(), (one or other).decode("utf-8", "replace") or None)
        return at + end + 1 if end >= 0 else at

    def _referred(self, match: re.Match[str]) -> str:
        name = match[3]
        if name in self._entities:
            return self._entities[name] or "\ufffd"
        return character(match)

    def _base(self, attributes: bytes) -> str:
        written = attribute(attributes, "xml:base")
        if not written:
            return ""
        return joined(self._bases[-1][1] if self._bases else self.page, written)
