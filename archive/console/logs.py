"""Escapes control characters in log records, whoever formats them: Scrapy, RQ, Datasette, or logging.lastResort."""

from __future__ import annotations

import logging
from typing import Any

from archive.console.output import printable_lines


class _EscapedRecord(logging.LogRecord):
    """A log record whose message cannot control a terminal or start a line that looks like another record."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.exc_info:
            self.exc_text = _escaped(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:  # the name that logging calls
        """The message, escaped; its further lines are indented, so that none looks like a message of its own."""
        return _escaped(super().getMessage())


def _escaped(text: str) -> str:
    return printable_lines(text).replace("\n", "\n    ")


def log_of(module: str) -> logging.Logger:
    """The logger of a module of ours. From the first call on, all log records of the process are escaped."""
    if logging.getLogRecordFactory() is not _EscapedRecord:
        logging.setLogRecordFactory(_EscapedRecord)
    return logging.getLogger(module)
