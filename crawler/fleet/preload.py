"""Imports every module of a crawl into the server process that crawls are forked from.

Freezes the imported objects for garbage collection, so that forked processes go on sharing their memory. Must not
import the reactor: each process has its own.
"""

import gc
import tomllib

from scrapy.utils.misc import load_object

import archive
from crawler.run.run_command import project_settings, spider_class

assert tomllib
spider_class("demo")  # the spiders too
settings = project_settings()
for kind in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "ITEM_PIPELINES"):
    for component in settings.get_component_priority_dict_with_base(kind):
        load_object(component)
load_object(settings["SCHEDULER"])
for name in archive.__all__:
    getattr(archive, name)
gc.collect()
gc.freeze()
