"""Imports every module of a crawl into the server process that crawls are forked from.

Freezes the imported objects for garbage collection, so that forked processes go on sharing their memory. Must not
import the reactor: each process has its own.
"""

import gc
import tomllib

from scrapy.utils.misc import load_object

import crawler.download.decompression
import crawler.download.download_handler
import crawler.download.picture_pipeline
import crawler.politeness.host_politeness
import crawler.politeness.robots_txt
import crawler.run.run_command
import crawler.run.run_record
import crawler.run.shutdown
import crawler.scheduler
import crawler.settings
from archive.runtime.lazy_imports import import_all
from crawler.run.run_command import project_settings

assert tomllib
crawler.run.run_command.spider_class("demo")  # the spiders too
settings = project_settings()
for kind in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES"):
    for component in settings.get_component_priority_dict_with_base(kind):
        load_object(component)
import_all("archive")
gc.collect()
gc.freeze()
