"""Compares pictures by perceptual hash: a copy in other bytes, or another picture under the same URL.

A perceptual hash is the mean lightness of 12 by 12 cells, a byte each. Two pictures are the same if no cell differs
by more than SAME_CELLS. Measured on 247 pictures (42 of the loopback newspaper, 60 drawn, 145 found on a machine:
screenshots, diagrams, icons, five photographs), each copied in 17 ways (JPEG at quality 40 to 95, WebP, 50 to 90
percent of the size, both together), as the largest difference of a cell, of 255:

    4,199 copies                                   half up to 2, 99 in 100 up to 8, at most 10
    13,071 pairs of different pictures             at least 17, but for three pairs of icons drawn alike (0, 0, 2)
    a bar over a tenth of width and height         9 in 10 from 79, at least 38 on drawn and newspaper pictures
    a tenth cropped off                            at least 14
    a small number drawn in                        half up to 8 (drawn) to 19 (found): seen or not by its size
    a fifth of width and height blurred            half up to 5: not seen

The usual difference hash of 64 bits is too coarse: a copy was up to 18 bits from its picture, the bar was 2, and two
photographs of the newspaper are 7 apart.
"""

from __future__ import annotations

SAME_CELLS = 12
"""The most that a cell's lightness may differ between two copies of one picture, of 255."""
_SIDE = 12
_SMALLEST_PART = 7  # cells of the whole's width or height
_LEAST_CONTRAST = 40
_PART_DIFFERENCE = 8
"""The mean difference of cells up to which a picture is a part of another one, its edges cut off. Of 30 painted
pictures cut to 60 to 100 percent of width and height and made smaller, 29 differ by at most 7.8 (one by 10.9); of 60
pairs of different ones, none by less than 12.1."""


def same_picture(first: str | None, second: str | None) -> bool | None:
    """Whether two perceptual hashes (archive.pictures) are of one picture; None when one of them is missing."""
    if first is None or second is None:
        return None
    cells = zip(bytes.fromhex(first), bytes.fromhex(second), strict=True)
    return max(abs(first_cell - second_cell) for first_cell, second_cell in cells) <= SAME_CELLS


def is_cut_from(first: str | None, second: str | None) -> bool:
    """Whether one of two pictures is the other, or a part of it in any size, its edges cut off. Pictures without
    contrast are never: they would be a part of too many."""
    if first is None or second is None:
        return False
    cells, other_cells = bytes.fromhex(first), bytes.fromhex(second)
    return _is_part(cells, other_cells) or _is_part(other_cells, cells)


def _is_part(part: bytes, whole: bytes) -> bool:
    if max(part) - min(part) < _LEAST_CONTRAST or len(part) != len(whole) or len(part) != _SIDE**2:
        return False
    spans = [(start, size) for size in range(_SMALLEST_PART, _SIDE + 1) for start in range(_SIDE - size + 1)]
    return any(_difference(part, whole, across, down) <= _PART_DIFFERENCE for across in spans for down in spans)


def _difference(part: bytes, whole: bytes, across: tuple[int, int], down: tuple[int, int]) -> float:
    """The mean difference between the cells of a part and those of a window of the whole: its start and size."""
    most, total = _PART_DIFFERENCE * len(part), 0.0
    columns = [_between(cell, *across) for cell in range(_SIDE)]
    for row in range(_SIDE):
        upper, share = _between(row, *down)
        for column, (left, portion) in enumerate(columns):
            corner = upper * _SIDE + left
            above = whole[corner] + (whole[corner + 1] - whole[corner]) * portion
            below = whole[corner + _SIDE] + (whole[corner + _SIDE + 1] - whole[corner + _SIDE]) * portion
            total += abs(part[row * _SIDE + column] - above - (below - above) * share)
        if total > most:
            break
    return total / len(part)


def _between(cell: int, start: int, size: int) -> tuple[int, float]:
    """The cell of the whole in which the middle of a window's cell lies, or begins, and how far into it."""
    middle = start + (cell + 0.5) * size / _SIDE - 0.5
    before = min(max(int(middle), 0), _SIDE - 2)
    return before, min(max(middle - before, 0.0), 1.0)
