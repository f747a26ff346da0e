"""Diff of two readings of one article: word by word within paragraphs, pictures and captions included."""

from archive.diff.compare import compare, side_by_side, size
from archive.diff.summary import EditSummary, summarize_edit
from archive.diff.wording import Change, ChangeKind, Operation, Piece, words

__all__ = [
    "Change", "ChangeKind", "EditSummary", "Operation", "Piece", "compare", "side_by_side", "size", "summarize_edit",
    "words",
]  # fmt: skip
