"""Extracts an article from a page: bytes in, a Reading or an Unreadable out.

In archive/ only this package imports trafilatura and lxml.
"""

from archive.extract.extractor_identity import extractor_name
from archive.extract.reader import read_page

__all__ = ["extractor_name", "read_page"]
