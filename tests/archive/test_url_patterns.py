"""Shapes of addresses, and what is learned of them: on addresses of real papers, by lists that a person has judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.frontier.article_probability import LIKELY, Experience
from archive.frontier.url_patterns import form_of, patterns_of

ADDRESSES = Path(__file__).parent / "addresses"


@pytest.mark.parametrize(
    ("url", "form"),
    [
        # articles of provincial papers and others
        ("https://baophutho.vn/xa-vinh-phu-nghia-tinh-va-phat-trien-238405.htm", "/s-##.htm"),
        ("https://bao.vn/thoi-su/cau-moi-238405.htm", "/w/w-##.htm"),
        ("http://www.baocaobang.vn/Xa-hoi/Chinh-phu-dong-y-bo-so-ho-khau/59523.bcb", "/w/s/##.bcb"),
        ("http://www.baocaobang.vn/Van-hoa/Dang-quang-Miss-Globe-2017/59519.bcb", "/w/s/##.bcb"),
        ("https://tienphong.vn/mua-lon-o-mien-trung-post1874068.tpo", "/s-post##.tpo"),
        ("https://baodautu.vn/mot-ca-nhan-bi-xu-phat-d519394.html", "/s-d##.html"),
        ("https://dantri.com.vn/kinh-doanh/gia-vang-giam-van-cao-20260307080054340.htm", "/w/s-###.htm"),
        ("http://vinhphuctv.vn/tin-bai/thoi-su/cau-moi/51-800-273106", "/w/w/w/#-#-##"),
        ("https://bao.vn/2024/05/12/cau-moi-da-xong/", "/Y/#/#/s"),
        ("https://bao.vn/tin/2024-05-12/cau-moi", "/w/D/w"),
        ("https://bao.vn/tin/20240512/cau-moi", "/w/D/w"),
        ("https://bao.vn/238405-cau-moi.html", "/##-w.html"),
        ("https://bao.vn/?p=123", "/?p=#"),
        ("https://bao.vn/index.php?option=com_content&view=article&id=52", "/w.php?id=#&option=w&view=w"),
        # lists
        ("https://bao.vn/", "/"),
        ("http://baovinhphuc.com.vn/chuyen-muc/cat/182/kinh-te/thu-hut-dau-tu-cong-nghiep", "/w/w/#/w/s"),
        ("https://vnexpress.net/kinh-doanh-p2", "/w-p#"),
        ("https://dantri.com.vn/kinh-doanh/trang-2.htm", "/w/w-#.htm"),
        ("http://vinhphuctv.vn/Chuyên-mục-tin-tức/cat/936/lapg-6697/3", "/s/w/#/w-#/#"),
        ("http://www.baocaobang.vn/Thoi-su/57.bcb", "/w/#.bcb"),
        ("https://vietnamnet.vn/tac-gia/duy-anh-0008IL.html", "/w/w-@.html"),
        # machines
        ("https://bao.vn/lich/2026/3/15", "/w/Y/#/#"),
        ("https://bao.vn/lich?ngay=2026-03-15", "/w?ngay=D"),
        ("https://bao.vn/(S(lit3py55t21z5v55vlm25s55))/tin.aspx", "/w.aspx"),
        ("https://bao.vn/a.htm?sid=8f3a9b0c7d6e5f41", "/w.htm?sid=@"),
        ("https://bao.vn/a/b/c/a/b/c/a/b/c/", "/w/w/…/w/w"),
    ],
)
def test_forms(url: str, form: str) -> None:
    assert form_of(url) == form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://bao.vn/a-1.htm", "http://www.bao.vn:8080/a-1.htm#binh-luan"),
        ("https://bao.vn/tin?b=2&a=1", "https://bao.vn/tin/?a=1&b=2&utm_source=x"),
        ("https://bao.vn/kinh-te/cau-238405.htm", "https://bao.vn/kinh-te/cho-999999.htm"),
        ("https://bao.vn/Tin-n%E1%BB%95i-b%E1%BA%ADt/1.htm", "https://bao.vn/Tin-nổi-bật/2.htm"),
    ],
)
def test_neighbours_have_one_shape(one: str, other: str) -> None:
    assert patterns_of(one).wide == patterns_of(other).wide


def test_the_host_is_kept_only_where_it_is_not_the_site_s_own() -> None:
    hosts = ("bao.vn",)
    assert form_of("https://bao.vn/cau-238405.htm", hosts) == "/w-##.htm"
    assert form_of("https://video.bao.vn/cau-238405.htm", hosts) == "//*/w-##.htm"
    assert ("family", "//video.bao.vn/w-##.htm") in patterns_of("https://video.bao.vn/cau-238405.htm", hosts).wide


@pytest.mark.parametrize(
    ("url", "series"),
    [
        ("https://bao.vn/kinh-te/trang-5.htm", "bao.vn/kinh-te/trang-#.htm"),
        ("https://bao.vn/chuyen-muc/cat/182/thoi-su?page=3", "bao.vn/chuyen-muc/cat/182/thoi-su?page=#"),
        ("https://bao.vn/lich/2026/3/15", "bao.vn/lich/2026/3/#"),
        ("https://bao.vn/kinh-doanh-p2", "bao.vn/kinh-doanh-p#"),
    ],
)
def test_a_list_s_pages_are_a_series(url: str, series: str) -> None:
    assert ("series", series) in patterns_of(url).narrow


@given(st.text(max_size=60))
def test_no_path_is_too_odd(text: str) -> None:
    path = text.replace("?", "").replace("#", "")
    made = patterns_of(f"https://bao.vn/{path}?x=1", ("bao.vn",))
    assert len(made.wide) in (2, 3)
    assert all(name for _, name in made.wide[1:])


# What a person has read off the link sets of saved pages: + an article (or a story told by a video), - anything else.


@dataclass(frozen=True)
class Judged:
    """The addresses that saved pages of a paper link to. lists: pages of which it is known that they are lists."""

    paper: str
    host: str
    lists: tuple[str, ...]

    @property
    def articles(self) -> dict[str, bool]:
        """Address -> whether it is an article's."""
        lines = (ADDRESSES / f"{self.paper}.txt").read_text("utf-8").splitlines()
        return {line[2:]: line[0] == "+" for line in lines}


PAPERS = (
    Judged("baocaobang", "baocaobang.vn", ("http://www.baocaobang.vn/",)),
    Judged("baodautu", "baodautu.vn", ("https://baodautu.vn/",)),
    Judged("cafef", "cafef.vn", ("https://cafef.vn/thi-truong-chung-khoan.chn",)),
    Judged("dantri2019", "dantri.com.vn", ("https://dantri.com.vn/",)),
    Judged("dantri2026", "dantri.com.vn", ("https://dantri.com.vn/kinh-doanh.htm",)),
    Judged("tuoitre", "tuoitre.vn", ("https://tuoitre.vn/kinh-doanh.htm",)),
    Judged("vietnamnet", "vietnamnet.vn", ("https://vietnamnet.vn/kinh-doanh",)),
    Judged("vnexpress", "vnexpress.net", ("https://vnexpress.net/kinh-doanh",)),
)
SAMPLES = 20


def trials(paper: Judged, known: int) -> Iterator[tuple[Experience, dict[str, bool]]]:
    """What is left to tell after `known` articles, chosen at random, and the list they stood on were read."""
    articles = [url for url, is_one in paper.articles.items() if is_one]
    for seed in range(SAMPLES):
        experience = Experience((paper.host,))
        taught = Random(seed).sample(articles, min(known, len(articles) // 2))
        for url in paper.lists:
            experience.learn(url, "list")
        for url in taught:
            experience.learn(url, "article")
        yield experience, {url: is_one for url, is_one in paper.articles.items() if url not in (*taught, *paper.lists)}


def scores(papers: tuple[Judged, ...], known: int) -> tuple[float, float]:
    """Precision and recall over all papers and trials."""
    right = wrong = missed = 0
    for paper in papers:
        for experience, left in trials(paper, known):
            told = {url for url in left if experience.probability(url) > LIKELY}
            right += sum(left[url] for url in told)
            wrong += sum(not left[url] for url in told)
            missed += sum(is_one and url not in told for url, is_one in left.items())
    return right / (right + wrong), right / (right + missed)


def test_the_lists_are_as_large_as_they_were_judged() -> None:
    judged = {paper.paper: list(paper.articles.values()) for paper in PAPERS}
    assert {name: (sum(one), len(one)) for name, one in judged.items()} == {
        "baocaobang": (80, 114),
        "baodautu": (35, 80),
        "cafef": (41, 67),
        "dantri2019": (136, 246),
        "dantri2026": (58, 223),
        "tuoitre": (19, 187),
        "vietnamnet": (4, 148),
        "vnexpress": (61, 108),
    }


@pytest.mark.parametrize(("known", "recall"), [(1, 0.95), (2, 0.96), (5, 0.97), (20, 0.98)])
def test_articles_of_real_papers_are_told_by_a_few_known_ones(known: int, recall: float) -> None:
    precision, found = scores(PAPERS, known)
    assert precision >= 0.99
    assert found >= recall


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.paper)
def test_every_paper_is_told(paper: Judged) -> None:
    precision, found = scores((paper,), 10)
    assert precision >= 0.99
    assert found >= 0.95


def test_of_an_unknown_paper_nothing_is_told() -> None:
    for paper in PAPERS:
        assert not any(Experience((paper.host,)).probability(url) > LIKELY for url in paper.articles)


def test_of_an_unknown_paper_what_looks_like_an_article_comes_first() -> None:
    experience = Experience(("bao.vn",))
    assert experience.probability("https://bao.vn/cau-238405.htm") > experience.probability(
        "https://bao.vn/thoi-su.htm"
    )


def test_lists_that_bring_come_before_what_nobody_knows_and_barren_ones_last() -> None:
    experience = Experience(("bao.vn",))
    for number in range(2, 12):
        experience.learn(f"https://bao.vn/kinh-te/trang-{number}.htm", "list")
        experience.visited(f"https://bao.vn/kinh-te/trang-{number}.htm", 8)
        experience.learn(f"https://bao.vn/the/tu-{number}", "list")
        experience.visited(f"https://bao.vn/the/tu-{number}", 0)
    lists = ("https://bao.vn/kinh-te/trang-12.htm", "https://bao.vn/gi/day?x=1", "https://bao.vn/the/tu-12")
    promises = [experience.probability(url) for url in lists]
    assert promises == sorted(promises, reverse=True)
    assert promises[0] <= LIKELY
    assert promises[2] < 0.05


def test_a_shape_can_change_its_meaning() -> None:
    experience = Experience(("bao.vn",))
    for number in range(10_000, 11_000):
        experience.learn(f"https://bao.vn/tin/bai-{number}.htm", "article")
    assert experience.probability("https://bao.vn/tin/bai-99999.htm") > 0.95
    for number in range(20_000, 20_200):
        experience.learn(f"https://bao.vn/tin/bai-{number}.htm", "other")
    assert experience.probability("https://bao.vn/tin/bai-99999.htm") < LIKELY


def test_an_article_known_from_elsewhere_is_no_promise() -> None:
    experience = Experience(("bao.vn",))
    for number in range(20):
        experience.learn(f"https://bao.vn/tin/bai-{number}.htm?sid=8f3a9b0c7d6e5f{number}", "article", new=False)
    assert experience.probability("https://bao.vn/tin/bai-1.htm?sid=00aa11bb22cc33dd") < 0.1


def test_nothing_is_given_up_while_little_is_known() -> None:
    """A site where nothing has turned out to be an article yet, as when a paper sits behind a wall. A run that has seen
    hundreds of pages of it need not see the rest: they may have no end."""
    experience = Experience(("bao.vn",))
    for number in range(299):
        experience.learn(f"https://bao.vn/kinh-te/trang-{number}.htm", "other")
        experience.visited(f"https://bao.vn/kinh-te/trang-{number}.htm", 0)
    assert experience.asks("https://bao.vn/kinh-te/trang-1000.htm")
    experience.visited("https://bao.vn/kinh-te/trang-299.htm", 0)
    assert not experience.asks("https://bao.vn/kinh-te/trang-1000.htm")


@pytest.mark.slow
def test_memory_is_bounded() -> None:
    experience = Experience(("bao.vn",))
    for number in range(30_000):
        experience.learn(f"https://bao.vn/muc{chr(97 + number % 26)}{number}x/{number % 7}", "list")
        experience.visited(f"https://bao.vn/muc{chr(97 + number % 26)}{number}x/{number % 7}", 0)
    assert len(experience.counts) <= 20_000


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.paper)
def test_the_judged_addresses_are_addresses(paper: Judged) -> None:
    for url in islice(paper.articles, 10):
        assert url.startswith(("http://", "https://"))
        assert paper.host in url
