"""What a command passed over because it could not be read, told at its end: each once, and the first of many.

A row that cannot be read must not keep anybody from the others, and must not be left out without a word.
"""

from __future__ import annotations

from threading import Lock

MOST_TOLD = 20

_lock = Lock()
_noted: dict[str, None] = {}
_more = 0


def pass_over(where: str, why: object) -> None:
    """Notes what was passed over. where: such as `captures 17`; why: the end of a sentence."""
    global _more  # one process, one list: whoever reads rows is far from whoever tells it
    told = f"{where}: {' '.join(str(why).split())[:200]}"
    with _lock:
        if told in _noted:
            return
        if len(_noted) < MOST_TOLD:
            _noted[told] = None
        else:
            _more += 1


def take() -> list[str]:
    """What was noted since this was last asked, in sentences."""
    global _more  # as above
    with _lock:
        told, more = [f"passed over: {one}" for one in _noted], _more
        _noted.clear()
        _more = 0
    return [*told, f"passed over: {more} more. `luubao verify` names all"] if more else told
