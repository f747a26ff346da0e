"""Reading: bytes of a page in, a Reading or an Unreadable out. The one door to trafilatura and lxml."""

from archive.extract.extractor_identity import extractor_name
from archive.extract.reader import read_page

__all__ = ["extractor_name", "read_page"]
