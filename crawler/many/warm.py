"""Everything that a crawl imports, for the process that crawls are forked from.

What is imported here is read-only for garbage collection, so that forked processes go on sharing it. The reactor must
not be among it: each process has its own.
"""

import gc
import tomllib

from scrapy.utils.misc import load_object

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
from archive.lazy import import_all
from crawler.crawl import project_settings

assert tomllib
crawler.crawl.spider_class("demo")  # the spiders too
settings = project_settings()
for kind in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES"):
    for component in settings.get_component_priority_dict_with_base(kind):
        load_object(component)
for package in ("archive", "archive.store"):
    import_all(package)
gc.collect()
gc.freeze()
