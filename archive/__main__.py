"""`python -m archive`: the archive's commands where Scrapy is not installed."""

from archive.cli import archive

archive(prog_name="python -m archive")
