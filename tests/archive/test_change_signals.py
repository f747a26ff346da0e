"""What has left a list before its turn."""

from __future__ import annotations

import pytest

from archive.frontier.change_signals import left_early


@pytest.mark.parametrize(
    ("former", "now", "early"),
    [
        ("abcdef", "nabcde", ""),  # a feed: the oldest was pushed out
        ("abcdef", "nabdef", "c"),
        ("abcdef", "nbcdef", "a"),  # the newest was taken down
        ("abcdef", "bcdefn", ""),  # a sitemap of the last days, oldest first
        ("abcdef", "bcdn", "ef"),
        ("abcdef", "abdef", "c"),
        ("abcdef", "bcde", ""),  # nobody knows which end is the old one
        ("abcdef", "xyz", ""),  # another list altogether
        ("", "abc", ""),
    ],
)  # fmt: skip
def test_what_left_before_its_turn(former: str, now: str, early: str) -> None:
    assert "".join(left_early(former, now)) == early
