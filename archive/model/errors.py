"""Exceptions that a user can cause and fix.

LuubaoError            anything below; its text is one sentence that says what to do
├── ArchiveMissing     raised when an archive is to be read and there is none
├── ArchiveUnusable    raised when a file is not an archive, is newer than this code, or cannot be written
│   ├── ArchiveGone    raised when the file was removed or replaced while it was being written
│   └── ArchiveBusy     raised when the file cannot be written now: a full disk, a lock, no permission
├── ArchiveDamaged     raised when stored bytes are missing or have changed
├── UnknownOutlet      raised when a command names an outlet that no spider declares or the archive does not hold
├── UnknownArticle     raised when an address, or a version of it, is not in the archive
├── UnknownCapture     raised when a capture is asked for that is not in the archive
├── Withdrawn          raised when the requested article was withdrawn
├── UnknownSeal        raised when a seal noted earlier is not in the archive
├── QueryTooLong       raised when a query takes longer than the server allows
├── BadQuery           raised when a full-text query is malformed
├── StoreUnusable      raised when an object store cannot be reached, or refuses
├── Diverged           raised when an archive and its copy in a store each have data that the other lacks
├── Unwritable         raised when a file or folder cannot be written: a full disk, no permission
├── BadValue           raised when a value from outside is invalid: a status, a time, a name, an address
└── Misconfigured      raised when a setting is missing or makes no sense
"""

from __future__ import annotations


class LuubaoError(Exception):
    """Base of every error that a user can cause and fix."""


class ArchiveMissing(LuubaoError):
    """There is no archive at that path."""


class ArchiveUnusable(LuubaoError):
    """The file is not an archive this code can use."""


class ArchiveGone(ArchiveUnusable):
    """The file that is being written is no longer the one at its path."""


class ArchiveBusy(ArchiveUnusable):
    """The file cannot be written now."""


class ArchiveDamaged(LuubaoError):
    """Bytes in the archive have changed or are missing."""


class UnknownOutlet(LuubaoError):
    """No such outlet."""


class UnknownArticle(LuubaoError):
    """No such article or version."""


class UnknownCapture(LuubaoError):
    """No such capture."""


class Withdrawn(LuubaoError):
    """The article was withdrawn."""


class WordsRemain(LuubaoError):
    """Raised when `withdraw --destroy` left destroyed text in the file: give the command again."""


class UnknownSeal(LuubaoError):
    """No such seal."""


class BadQuery(LuubaoError):
    """The words to search for are empty or malformed."""


class QueryTooLong(LuubaoError):
    """The answer would have taken too long."""


class StoreUnusable(LuubaoError):
    """The object store is unreachable or refuses."""


class Diverged(LuubaoError):
    """Two states of an archive, neither of which derives from the other; merge them."""


class Unwritable(LuubaoError):
    """A file or folder cannot be written."""


class BadValue(LuubaoError, ValueError):
    """A value from outside is invalid. Its text is the end of a sentence: `'x' is no time zone`."""


class Misconfigured(LuubaoError):
    """A setting is missing or makes no sense."""
