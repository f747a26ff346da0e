"""Exceptions that a user can cause and fix; notices of what a command skipped: an unreadable row must not hide the
others, and must not be left out silently."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock


class LuubaoError(Exception):
    """Base of every error that a user can cause and fix. Its text is one sentence that says what to do."""


class ArchiveMissing(LuubaoError):
    """Raised when an archive is to be read and there is none."""


class ArchiveUnusable(LuubaoError):
    """Raised when a file is not an archive, is newer than this code, or cannot be written."""


class ArchiveGone(ArchiveUnusable):
    """Raised when the file was removed or replaced while it was being written."""


class ArchiveBusy(ArchiveUnusable):
    """Raised when the file cannot be written now: a full disk, a lock, no permission."""


class ArchiveDamaged(LuubaoError):
    """Raised when stored bytes are missing or have changed."""


class UnknownOutlet(LuubaoError):
    """Raised when a command names an outlet that no spider declares or the archive does not hold."""


class UnknownArticle(LuubaoError):
    """Raised when an address, or a version of it, is not in the archive."""


class UnknownCapture(LuubaoError):
    """Raised when a capture is asked for that is not in the archive."""


class Withdrawn(LuubaoError):
    """Raised when the requested article was withdrawn."""


class WordsRemain(LuubaoError):
    """Raised when `withdraw --destroy` left destroyed text in the file: give the command again."""


class UnknownSeal(LuubaoError):
    """Raised when a seal noted earlier is not in the archive."""


class BadQuery(LuubaoError):
    """Raised when a full-text query is malformed."""


class QueryTooLong(LuubaoError):
    """Raised when a query takes longer than the server allows."""


class StoreUnusable(LuubaoError):
    """Raised when an object store cannot be reached, or refuses."""


class Diverged(LuubaoError):
    """Raised when an archive and its copy in a store each have data that the other lacks."""


class Unwritable(LuubaoError):
    """Raised when a file or folder cannot be written: a full disk, no permission."""


class BadValue(LuubaoError, ValueError):
    """Raised when a value from outside is invalid: a status, a time, a name, an address. Its text is the end of a
    sentence: `'x' is no time zone`."""


class Misconfigured(LuubaoError):
    """Raised when a setting is missing or makes no sense."""


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


def take_notices() -> list[str]:
    """The notices since the last call, as sentences."""
    global _more  # as above
    with _lock:
        notices, more_count = [f"{_PASSED_OVER}{notice}" for notice in _noted], _more
        _noted.clear()
        _more = 0
    return [*notices, f"{_PASSED_OVER}{more_count} more. `luubao verify` names all"] if more_count else notices


def note_again(notices: Iterable[str]) -> None:
    """Notes what `take_notices` returned in another process."""
    for notice in notices:
        where, _, why = notice.removeprefix(_PASSED_OVER).partition(": ")
        pass_over(where, why)
