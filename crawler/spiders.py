"""The spiders of the outlets that come with luubao, for Scrapy's own commands."""

from crawler.outlet import OutletSpider
from crawler.outlets.catalogue import BUILT_IN

vars().update({outlet.name: OutletSpider.of(outlet, __name__) for outlet in BUILT_IN})
