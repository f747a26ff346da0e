"""`python -m archive`: the archive's commands where Scrapy is not installed."""

import sys

from archive.cli import archive
from archive.console import print_traceback

sys.excepthook = print_traceback
archive(prog_name="python -m archive")
