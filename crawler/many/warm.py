"""Everything that a crawl imports, for the process that crawls are forked from.

What is imported here is read-only for garbage collection, so that forked processes go on sharing it. The reactor must
not be among it: each process has its own.
"""

import gc
import tomllib

import crawler.crawl
import crawler.curfew
import crawler.delay
import crawler.extensions
import crawler.guest
import crawler.pictures
import crawler.progress
import crawler.robots
import crawler.running
import crawler.scheduler
import crawler.settings
import crawler.wire.gate
import crawler.wire.unpacking
from archive.lazy import import_all

assert tomllib
crawler.crawl.outlets()  # the spiders too
for package in ("archive", "archive.store"):
    import_all(package)
gc.collect()
gc.freeze()
