"""Báo Sông Thao, the demo newspaper on the loopback interface that ships with luubao."""

from crawler.outlet import OutletSpider


class Demo(OutletSpider):
    name = "demo"
    title = "Báo Sông Thao"
    home = "http://127.0.0.1:8765/"
    hosts = ("127.0.0.1",)
    seeds = ("/rss/home.rss", "/sitemap.xml")
    delay = 0.0  # the server is on this machine
    custom_settings = {"LUUBAO_RECHECK_ALL": True, "LUUBAO_PICTURE_REST": 0}  # noqa: RUF012  # its days pass in seconds
