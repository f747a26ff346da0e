"""Every spider, swept: what is declared must hold together."""

from __future__ import annotations

from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from scrapy.settings import default_settings
from scrapy.spiderloader import SpiderLoader

from archive import same_site
from archive.model.errors import Misconfigured
from crawler import settings
from crawler.config.catalogue import catalogue
from crawler.discovery import may_be_news
from crawler.outlet import OutletSpider, user_agent
from crawler.run.run_command import project_settings, spider_class

OUTLETS = [outlet.name for outlet in catalogue()]
SPIDERS = [spider_class(name) for name in OUTLETS]


def test_scrapy_lists_the_spiders_of_all_outlets() -> None:
    assert SpiderLoader.from_settings(project_settings()).list() == OUTLETS


@pytest.mark.parametrize("spider", SPIDERS, ids=lambda spider: spider.name)
def test_its_data_holds_together(spider: type[OutletSpider]) -> None:
    assert spider.title
    assert spider.home.endswith("/")
    assert not any(host.startswith("www.") for host in spider.hosts), "hosts are without www."
    ZoneInfo(spider.timezone)
    for seed in ("", *spider.seeds):
        address = urljoin(spider.home, seed)
        assert same_site(address, spider.hosts), f"{seed} leads away from {spider.hosts}"
        assert may_be_news(address)


def test_a_base_url_moves_the_whole_site() -> None:
    moved = spider_class("baovinhphuc")(base_url="http://127.0.0.1:8765")
    assert (moved.outlet.home_url, moved.outlet.hosts) == ("http://127.0.0.1:8765/", ("127.0.0.1",))


def test_who_asks_says_so() -> None:
    outlet = spider_class("baovinhphuc")().outlet
    assert user_agent(outlet, "thu-vien@bao.example").endswith("(newspaper archive; contact: thu-vien@bao.example)")
    with pytest.raises(Misconfigured, match="set LUUBAO_CONTACT"):
        user_agent(outlet, "")


OURS = [name for name in dir(settings) if name.isupper() and hasattr(default_settings, name)]


@pytest.mark.parametrize("name", OURS)
def test_a_setting_is_there_because_it_differs(name: str) -> None:
    assert getattr(settings, name) != getattr(default_settings, name), f"{name} is Scrapy's default: leave it out"


def test_politeness_is_on() -> None:
    assert settings.ROBOTSTXT_OBEY
    assert project_settings()["DOWNLOAD_DELAY"] >= 1
    assert project_settings()["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
