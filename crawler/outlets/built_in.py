"""The outlets that come with luubao, as data."""

from crawler.outlets.outlet_checks import OutletDescription

BUILT_IN = (
    # Successor of Báo Vĩnh Phúc since July 2025. Several crawlers report the feed's address; we have not fetched it.
    OutletDescription(
        "baophutho", "Báo Phú Thọ", "https://baophutho.vn/", ("baophutho.vn",), seeds=("/rss/home.rss", "/sitemap.xml")
    ),
    # The paper of a province that was merged into Phú Thọ on 1 July 2025. One section is known (January 2025); the home
    # page links to the others.
    OutletDescription(
        "baovinhphuc", "Báo Vĩnh Phúc", "https://baovinhphuc.com.vn/", ("baovinhphuc.com.vn",),
        seeds=("/chuyen-muc/cat/182/kinh-te/thu-hut-dau-tu-cong-nghiep", "/sitemap.xml", "/rss"),
    ),
    # The demo newspaper on the loopback interface, whose days pass in seconds.
    OutletDescription(
        "demo", "Báo Sông Thao", "http://127.0.0.1:8765/", ("127.0.0.1",), delay=0.0,
        custom_settings={"LUUBAO_RECHECK_ALL": True, "LUUBAO_PICTURE_REST": 0},
        seeds=("/rss/home.rss", "/sitemap.xml"),
    ),
)  # fmt: skip
