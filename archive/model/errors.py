"""Exceptions that a user can cause and fix."""

from __future__ import annotations


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
