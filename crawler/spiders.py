"""The spiders of the outlets that come with luubao, for Scrapy's own commands."""

from crawler.config.catalogue import BUILT_IN
from crawler.outlet import OutletSpider

vars().update({outlet.name: OutletSpider.of(outlet, __name__) for outlet in BUILT_IN})
