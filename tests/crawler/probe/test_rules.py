"""Where the reader misses something on every page, rules are found that help, and the file with them does."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive import Reading, read_page
from archive.extract.rule_suggestions import Sample, suggestions
from tests.crawler.probe.odd_paper import PAPER, address
from tests.crawler.probe.probing import luubao, probed
from tests.crawler.serving import served


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    bodies = {f"https://vensong.example{address(number)}": PAPER[address(number)].body for number in range(6)}
    return [Sample(body, url, read_page(body, url)) for url, body in bodies.items()]


def test_the_reader_misses_writer_and_moment(samples: list[Sample]) -> None:
    """Or else this paper tests nothing."""
    for sample in samples:
        assert isinstance(sample.reading, Reading)
        assert sample.reading.authors == ()
        assert sample.reading.published_at is None


def test_places_are_suggested_for_what_is_missing(samples: list[Sample]) -> None:
    (writer, *_), (moment, *_) = suggestions("byline", samples), suggestions("published", samples)
    assert (writer.name, writer.pages, writer.example) == (("class", "tay-but"), 6, "Lê Thu Hà")
    assert (moment.name, moment.pages) == (("id", "gio-len-mang"), 6)
    assert moment.xpath == "//*[@id='gio-len-mang']"


def test_what_stands_on_all_pages_alike_is_no_field(samples: list[Sample]) -> None:
    for field in ("byline", "published", "lead", "headline"):
        assert not {("class", "loi"), ("class", "thanh"), ("class", "cu")} & {
            one.name for one in suggestions(field, samples)
        }


def test_the_body_is_the_least_that_holds_the_paragraphs(samples: list[Sample]) -> None:
    assert suggestions("body", samples)[0].name == ("class", "than-bai")


def test_one_page_suggests_nothing(samples: list[Sample]) -> None:
    assert suggestions("byline", samples[:1]) == []


def test_a_probe_tries_them() -> None:
    with served(PAPER) as site:
        found = probed(site.base_url)
    coverage = {one["field"]: (one["have"], one["of"]) for one in found["coverage"]}
    assert (coverage["byline"], coverage["time"], coverage["body"]) == ((0, 6), (0, 6), (6, 6))
    assert {one["suggestion"]["field"]: (one["gained"], one["of"]) for one in found["trials"]} == {
        "byline": (6, 6),
        "published": (6, 6),
    }
    rules = found["files"][f"rules/{found['name']['value']}.toml"]
    assert "byline = [\"//*[cls('tay-but')]\"]" in rules
    assert "published = [\"//*[@id='gio-len-mang']\"]" in rules


@pytest.mark.slow
def test_with_the_file_the_pages_are_read_whole(tmp_path: Path) -> None:
    folder = tmp_path / "bao"
    with served(PAPER) as site:
        written = luubao("outlets", "probe", site.base_url, "--name", "vensong", "--write", str(folder))
        assert written.returncode == 0, written.stderr
        crawled = luubao("crawl", "vensong", folder=folder)
        assert crawled.returncode in (0, 6), crawled.stderr
    tested = luubao("rules", "test", "vensong", folder=folder)
    told = [" ".join(line.split()) for line in tested.stdout.splitlines()]
    assert {"6 articles; read with vensong/1: 6", "authors 6 of 6", "published_at 6 of 6"} <= set(told)
