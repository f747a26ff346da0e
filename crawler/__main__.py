"""`python -m crawler` runs the command `luubao`."""

from crawler.cli import main

main()
