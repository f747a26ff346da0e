"""`python -m archive`: the archive's commands where Scrapy is not installed."""

import sys

from archive.cli import archive
from archive.console.output import tell_mistake

sys.excepthook = tell_mistake
archive(prog_name="python -m archive")
