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


def same_picture(first: str | None, second: str | None) -> bool | None:
    """Whether two perceptual hashes (archive.pictures) are of one picture; None when one of them is missing."""
    if first is None or second is None:
        return None
    cells = zip(bytes.fromhex(first), bytes.fromhex(second), strict=True)
    return max(abs(first_cell - second_cell) for first_cell, second_cell in cells) <= SAME_CELLS
