"""Everything that a crawl imports, for the process that crawls are forked from.

What is imported here is read-only for garbage collection, so that forked processes go on sharing it. The reactor must
not be among it: each process has its own.
"""

import gc

import crawler.crawl
import crawler.curfew
import crawler.delay
import crawler.ending
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

crawler.crawl.outlets()  # the spiders too
gc.collect()
gc.freeze()
