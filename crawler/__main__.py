"""`python -m crawler` is `luubao`."""

from crawler.cli import main

main()
