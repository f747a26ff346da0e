"""Notices of what a command skipped: an unreadable row must not hide the others, and must not be left out silently."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

MOST_NOTED = 20
_PASSED_OVER = "passed over: "

_lock = Lock()
_noted: dict[str, None] = {}
_more = 0


def pass_over(where: str, why: object) -> None:
    """Notes what was skipped. where: such as `captures 17`; why: the end of a sentence."""
    global _more  # one list a process: the code that reads rows is far from the code that reports
    reason = " ".join(str(why).split())[:200] or type(why).__name__
    notice = f"{where}: {reason}"
    with _lock:
        if notice in _noted:
            return
        if len(_noted) < MOST_NOTED:
            _noted[notice] = None
        else:
            _more += 1


def take() -> list[str]:
    """The notices since the last call, as sentences."""
    global _more  # as above
    with _lock:
        notices, more_count = [f"{_PASSED_OVER}{notice}" for notice in _noted], _more
        _noted.clear()
        _more = 0
    return [*notices, f"{_PASSED_OVER}{more_count} more. `luubao verify` names all"] if more_count else notices


def note_again(notices: Iterable[str]) -> None:
    """Notes what `take` returned in another process."""
    for notice in notices:
        where, _, why = notice.removeprefix(_PASSED_OVER).partition(": ")
        pass_over(where, why)
