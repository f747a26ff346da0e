"""Báo và phát thanh, truyền hình Phú Thọ, successor of Báo Vĩnh Phúc since July 2025."""

from crawler.outlet import OutletSpider


class BaoPhuTho(OutletSpider):
    name = "baophutho"
    title = "Báo Phú Thọ"
    home = "https://baophutho.vn/"
    hosts = ("baophutho.vn",)
    # Several crawlers report the feed's address; we have not fetched it.
    seeds = ("/rss/home.rss", "/sitemap.xml")
