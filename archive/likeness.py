"""Whether two files show the same picture: a copy in other bytes, or another picture under the same address.

FIGURES
"""

from __future__ import annotations

SAME_CELLS = 12
"""How much the lightest-changed cell may differ in two copies of one picture, of 255."""


def same_picture(one: str | None, other: str | None) -> bool | None:
    """Whether two perceptual hashes (archive.pictures) are of one picture; None when one of them is missing, for then
    nothing can be said."""
    if one is None or other is None:
        return None
    cells = zip(bytes.fromhex(one), bytes.fromhex(other), strict=True)
    return max(abs(before - after) for before, after in cells) <= SAME_CELLS
