"""A tolerant streaming XML parser for feeds and sitemaps: yields their elements in one walk over broken or valid XML.

A parser that recovers (libxml2's `recover`) drops entity references behind the first error, and with them pieces of
correct addresses. Here an error costs only the element around it: what is no tag is text, an unknown entity stays as
written, the end of the parent closes a tag that was never closed. Time is linear; memory holds only the names of open
elements and the text of the current one. Declared entities are expanded only where they are short texts, external ones
never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from crawler.discovery.markup_parsing import REFERENCE, attribute, character, joined, local

MOST_TAGS = 1_000_000
"""The most tags that are read of a document, plain entries not counted. A sitemap of 50 MB has half of it, with ten
languages of each address."""
MOST_HOLDERS = 100_000
"""The most items or entries: twice what a sitemap may have."""
_MAX_DEPTH = 250
_MAX_TEXT_BYTES = 8_192  # bytes of the text of a leaf: addresses and dates
_MAX_TEXT_PIECES = 100  # of a leaf's text: comments divide it
_MAX_DOCTYPE_BYTES = 65_536

# A value in quotes holds no `<` (XML 1.0, production 10): an unclosed quote ends with its tag.
_ATTRIBUTES = rb"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+"""
_NAME = rb"""[A-Za-z_\x80-\xff][^\s/>"'<=]*+"""
# An end tag; a start tag, with the whole element where it holds only text; the start of a comment, CDATA and the like.
_TAG = re.compile(
    rb"<(?:/(" + _NAME + rb")[^<>]*+>|(" + _NAME + rb")(" + _ATTRIBUTES + rb")>(?:([^<]*+)</\2\s*+>)?+"
    rb"|(!--|!\[CDATA\[|\?|!DOCTYPE))",
    re.IGNORECASE,
)
# An element that holds elements of text, or groups of them, as nearly all entries of sitemaps do.
_TEXT = rb"<(" + _NAME + rb")>[^<]*+</\%d\s*+>\s*+"
_GROUP = rb"<(" + _NAME + rb")>\s*+(?:" + _TEXT + rb")++</\%d\s*+>\s*+"
_PLAIN = re.compile(rb"\s*+<(" + _NAME + rb")>\s*+((?:" + _TEXT % 3 + rb"|" + _GROUP % (5, 4) + rb")++)</\1>")
_GROUPS = re.compile(_GROUP % (2, 1))
_END_NAME = re.compile(_NAME)
_SUBSET_END = re.compile(rb"\]\s*+>")
_ENTITY = re.compile(rb"""<!ENTITY\s++([\w.-]++)\s++(?:"([^"&<%]{0,1000}+)"|'([^'&<%]{0,1000}+)')?+""")
_NEVER_CLOSED = frozenset({"br", "hr", "img", "wbr", "input"})  # in HTML that was not escaped


# Tuples, for there are hundreds of thousands, and a dataclass takes twice the time.
class Start(NamedTuple):
    """The start of a holder: an item of a feed, an entry of a sitemap."""

    name: str
    attributes: bytes
    base: str


class Leaf(NamedTuple):
    """An element whose text is read. text: its text up to the first child, stripped; "" where there is none, or it is
    invalid. direct: whether it is a child of the last Start's holder, or in no holder. base: its absolute xml:base, or
    ""."""

    name: str
    attributes: bytes
    text: str
    direct: bool
    base: str


class End(NamedTuple):
    """The end of the last Start's holder. damaged: whether tags in it did not match, so that its direct children are
    unknown."""

    damaged: bool


class TooMany(Exception):
    """Raised at the limit of tags or holders that are read; says how many."""


@dataclass
class XmlStream:
    """One walk over a document in UTF-8. holders, leaves: the local names, in lower case, of the elements that yield
    events. page: the document's address, for xml:base."""

    data: bytes
    holders: frozenset[str]
    leaves: frozenset[str]
    page: str
    reported_names: frozenset[str] = field(init=False)
    _leaf_pattern: re.Pattern[bytes] = field(init=False)  # elements of text with one of the reported names
    _open: list[str] = field(default_factory=list)
    _bases: list[tuple[int, str]] = field(default_factory=list)  # (depth, base)
    _entities: dict[str, str | None] = field(default_factory=dict)
    _mark_positions: dict[bytes, int] = field(default_factory=dict)
    _holder_depth: int = 0  # depth of the last Start's holder; 0 for none
    _holder_count: int = 0
    _damaged: bool = False
    _open_leaf: tuple[str, bytes, int, str] | None = None
    _text_pieces: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reported_names = self.holders | self.leaves
        names = "|".join(sorted(self.reported_names)).encode()
        self._leaf_pattern = re.compile(rb"<((?:[^<>:]*+:)?+(?:" + names + rb"))>([^<]*+)<", re.IGNORECASE)

    def events(self) -> Iterator[Start | Leaf | End]:
        """The events in the order of the document. Raises TooMany at the limit."""
        restart: int | None = 0
        tags_left = MOST_TAGS
        while restart is not None:
            position, restart = restart, None
            for tag in _TAG.finditer(self.data, position):
                if (tags_left := tags_left - 1) < 0:
                    raise TooMany(f"{MOST_TAGS} tags")
                if self._open_leaf or not self._skip_unreported(tag):
                    restart = yield from self._handle_tag(tag, position)
                    if restart is not None:
                        break
                position = tag.end()
        if self._open_leaf:
            self._append_text(self.data[position : position + _MAX_TEXT_BYTES])
        yield from self._close_to_depth(0)

    def _skip_unreported(self, tag: re.Match[bytes]) -> bool:
        """Handles a tag that yields no event, as most do. Returns False, and does nothing, for others."""
        _, name, attributes, text, _ = tag.groups()
        if not name or local(name) in self.reported_names or b"base" in attributes:
            return False
        is_empty = attributes[-1:] == b"/"
        if text is None and not is_empty:
            self._push(local(name), "")
        return text is None or not is_empty

    def _handle_tag(self, tag: re.Match[bytes], previous_end: int) -> Generator[Start | Leaf | End, None, int | None]:
        """Handles a tag. previous_end: the end of the last tag. Returns where to go on, None for the tag's end."""
        if self._open_leaf:
            self._append_text(self.data[previous_end : min(tag.start(), previous_end + _MAX_TEXT_BYTES)])
        ended, name, attributes, text, special = tag.groups()
        if special:
            return self._skip_markup(special.upper(), tag.end())
        if ended:
            yield from self._end_element(local(ended))
            return None
        if not (attributes or self._open_leaf or self._holder_depth) and (
            end := (yield from self._plain_holders(tag.start()))
        ):
            return end
        yield from self._start_element(local(name), attributes)
        if text is None:
            return None
        if attributes[-1:] == b"/":
            return tag.end(3) + 1
        if self._open_leaf:
            self._append_text(text[:_MAX_TEXT_BYTES])
        yield from self._end_element(local(name))
        return None

    def _plain_holders(self, position: int) -> Generator[Start | Leaf | End, None, int]:
        """The fast path, with the same result: consecutive holders that contain only elements of text. Returns where
        they end, 0 where there is none."""
        start = position
        match, end_event = _PLAIN.match, End(damaged=False)
        base = self._bases[-1][1] if self._bases else ""
        while plain := match(self.data, position):
            name, direct = local(plain[1]), plain[2]
            deeper = b""
            if plain[4]:
                deeper = b"".join(group[0] for group in _GROUPS.finditer(direct))
                direct = _GROUPS.sub(b"", direct)
            parts = [(True, *part) for part in self._leaf_pattern.findall(direct)]
            parts += [(False, *part) for part in self._leaf_pattern.findall(deeper)] if deeper else []
            if name not in self.holders or any(local(part) in self.holders for _, part, _ in parts):
                break
            self._count_holder()
            yield Start(name, b"", base)
            for is_direct, part, text in parts:
                yield Leaf(local(part), b"", self._leaf_text(text[:_MAX_TEXT_BYTES]), is_direct, base)
            yield end_event
            position = plain.end()
        return position if position > start else 0

    def _leaf_text(self, piece: bytes) -> str:
        """The text of a leaf; "" where a reference or a byte in it is invalid."""
        text = piece.decode("utf-8", "replace")
        if "&" in text:
            text = REFERENCE.sub(self._resolve_reference, text)
        return "" if "\ufffd" in text else text.strip()

    def _append_text(self, piece: bytes) -> None:
        if len(self._text_pieces) < _MAX_TEXT_PIECES:
            text = piece.decode("utf-8", "replace")
            self._text_pieces.append(REFERENCE.sub(self._resolve_reference, text) if "&" in text else text)

    def _start_element(self, name: str, attributes: bytes) -> Iterator[Start | Leaf | End]:
        if self._open_leaf:
            yield self._pop_leaf()
        if name in _NEVER_CLOSED:
            return
        if name in self.holders and self._holder_depth:
            self._damaged = True
            yield from self._close_to_depth(self._holder_depth - 1)
        is_empty = attributes.endswith(b"/")
        base = self._xml_base(attributes) if b"base" in attributes else ""
        base = base or (self._bases[-1][1] if self._bases else "")
        if name in self.leaves:
            self._open_leaf = (name, attributes, len(self._open), base)
        if name in self.holders:
            self._count_holder()
            yield Start(name, attributes, base)
            self._holder_depth, self._damaged = len(self._open) + 1, False
            if is_empty:
                self._holder_depth = 0
                yield End(damaged=False)
        elif is_empty and self._open_leaf:
            yield self._pop_leaf()
        if not is_empty:
            self._push(name, base)

    def _count_holder(self) -> None:
        self._holder_count += 1
        if self._holder_count > MOST_HOLDERS:
            raise TooMany(f"{MOST_HOLDERS} entries")

    def _push(self, name: str, base: str) -> None:
        if len(self._open) >= _MAX_DEPTH and name not in self.holders:
            self._damaged = True
        elif name not in _NEVER_CLOSED:
            self._open.append(name)
            if base and (not self._bases or self._bases[-1][1] != base):
                self._bases.append((len(self._open), base))

    def _end_element(self, name: str) -> Iterator[Leaf | End]:
        if self._open_leaf:
            yield self._pop_leaf()
        opened = self._open
        if opened and opened[-1] == name:
            yield from self._close_to_depth(len(opened) - 1)
        elif name in opened:
            self._damaged = True
            yield from self._close_to_depth(len(opened) - 1 - opened[::-1].index(name))
        elif name not in _NEVER_CLOSED:
            self._damaged = True

    def _close_to_depth(self, depth: int) -> Iterator[Leaf | End]:
        if self._open_leaf:
            yield self._pop_leaf()
        if self._holder_depth > depth:
            yield End(self._damaged or len(self._open) > self._holder_depth)
            self._holder_depth = 0
        del self._open[depth:]
        while self._bases and self._bases[-1][0] > depth:
            self._bases.pop()

    def _pop_leaf(self) -> Leaf:
        assert self._open_leaf
        name, attributes, depth, base = self._open_leaf
        text = "".join(self._text_pieces).strip()
        self._open_leaf = None
        self._text_pieces.clear()
        return Leaf(
            name,
            attributes,
            "" if "\ufffd" in text else text,
            depth == self._holder_depth or not self._holder_depth,
            base,
        )

    def _skip_markup(self, kind: bytes, position: int) -> int:
        """Skips a comment, CDATA section, processing instruction or DOCTYPE; returns where to go on. One without an end
        of its own is text."""
        if kind == b"!--":
            end = self._find_next(b"-->", position)
            has_own_end = end >= 0 and self.data.find(b"<!--", position, end) < 0
            return end + 3 if has_own_end else position
        if kind == b"?":
            end = self._find_next(b"?>", position)
            return end + 2 if end >= 0 else position
        return self._skip_cdata(position) if kind == b"![CDATA[" else self._skip_doctype(position)

    def _skip_cdata(self, position: int) -> int:
        end = self._find_next(b"]]>", position)
        if end < 0 or (self.data.find(b"<![CDATA[", position, end) >= 0 and self._closes_open_element(position, end)):
            return position
        if self._open_leaf:
            self._text_pieces.append(
                self.data[position : min(end, position + _MAX_TEXT_BYTES)].decode("utf-8", "replace")
            )
        return end + 3

    def _closes_open_element(self, position: int, end: int) -> bool:
        """Whether the next end tag in the range closes the open element."""
        end_tag = self._find_next(b"</", position)
        match = _END_NAME.match(self.data, end_tag + 2) if 0 <= end_tag < end else None
        return match is not None and bool(self._open) and local(match[0]) == self._open[-1]

    def _find_next(self, mark: bytes, position: int) -> int:
        """The next position of a mark, -1 for none; each stretch is searched once."""
        found = self._mark_positions.get(mark, 0)
        if 0 <= found < position or mark not in self._mark_positions:
            found = self._mark_positions[mark] = self.data.find(mark, position)
        return found

    def _skip_doctype(self, position: int) -> int:
        head = self.data[position : position + _MAX_DOCTYPE_BYTES] if b"!DOCTYPE" not in self._mark_positions else b""
        self._mark_positions[b"!DOCTYPE"] = position  # a document has one
        end, subset = head.find(b">"), head.find(b"[")
        if 0 <= subset < end:
            closing = _SUBSET_END.search(head, subset)
            end = closing.end() - 1 if closing else -1
            for name, double_quoted, single_quoted in _ENTITY.findall(head[subset:end]):
                self._entities.setdefault(
                    name.decode(), (double_quoted or single_quoted).decode("utf-8", "replace") or None
                )
        return position + end + 1 if end >= 0 else position

    def _resolve_reference(self, match: re.Match[str]) -> str:
        name = match[3]
        if name in self._entities:
            return self._entities[name] or "\ufffd"
        return character(match)

    def _xml_base(self, attributes: bytes) -> str:
        written = attribute(attributes, "xml:base")
        if not written:
            return ""
        return joined(self._bases[-1][1] if self._bases else self.page, written)
