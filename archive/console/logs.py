"""What is logged passes the one mouth too, whoever writes it down: Scrapy, RQ, Datasette, or Python's last resort."""

from __future__ import annotations

import logging
from typing import Any

from archive.console.output import printable_lines


class _Record(logging.LogRecord):
    """A record whose foreign words steer no terminal and begin no line of their own."""

    def __init__(self, *given: Any, **named: Any):
        super().__init__(*given, **named)
        if self.exc_info:
            self.exc_text = _inert(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:  # logging's name
        """The message; its further lines are indented, so that none looks like a message of its own."""
        return _inert(super().getMessage())


def _inert(text: str) -> str:
    return printable_lines(text).replace("\n", "\n    ")


def log_of(module: str) -> logging.Logger:
    """The logger of a module of ours. From the first one on, all records of the process are such."""
    if logging.getLogRecordFactory() is not _Record:
        logging.setLogRecordFactory(_Record)
    return logging.getLogger(module)
