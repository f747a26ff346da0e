"""A reading as pages show it, in the reading room and in a static edition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archive.model.records import Block, Image, Reading


@dataclass(frozen=True, slots=True)
class Part:
    """A block of the page: of a list its items, of a table its rows of cells, else its lines; or a picture."""

    kind: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    image: Image | None = None


def parts(reading: Reading) -> Iterator[Part]:
    """The blocks of a reading as the page shows them: items that follow one another are one list, pictures that stand
    in no block come last."""
    items: list[str] = []
    placed = set()
    for block in reading.blocks:
        if block.kind == "list":
            items += block.text.splitlines()
            continue
        if items:
            yield Part("list", tuple(items))
            items = []
        placed.add(block.image)
        yield _part(block, reading)
    if items:
        yield Part("list", tuple(items))
    yield from (Part("image", image=image) for n, image in enumerate(reading.images) if n not in placed)


def _part(block: Block, reading: Reading) -> Part:
    if block.kind == "image" and block.image is not None:
        return Part("image", image=reading.images[block.image])
    lines = tuple(block.text.splitlines())
    if block.kind == "table":
        return Part("table", rows=tuple(tuple(cell.strip() for cell in line.split(" | ")) for line in lines))
    return Part(block.kind, lines)
