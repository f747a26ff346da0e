"""Báo và phát thanh, truyền hình Phú Thọ, successor of Báo Vĩnh Phúc since July 2025."""

from crawler.outlet import OutletSpider


class BaoPhuTho(OutletSpider):
    name = "baophutho"
    title = "Báo Phú Thọ"
    home = "https://baophutho.vn/"
    hosts = ("baophutho.vn",)
    # The feed's address is reported by several crawlers, not seen by us.
    seeds = ("/rss/home.rss", "/sitemap.xml")
