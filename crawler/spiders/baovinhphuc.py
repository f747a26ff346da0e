"""Báo Vĩnh Phúc, the paper of a province that was merged into Phú Thọ on 1 July 2025."""

from crawler.outlet import OutletSpider


class BaoVinhPhuc(OutletSpider):
    name = "baovinhphuc"
    title = "Báo Vĩnh Phúc"
    home = "https://baovinhphuc.com.vn/"
    hosts = ("baovinhphuc.com.vn",)
    # One section is known (January 2025); the home page links to the others.
    seeds = ("/chuyen-muc/cat/182/kinh-te/thu-hut-dau-tu-cong-nghiep", "/sitemap.xml", "/rss")
