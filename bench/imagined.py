"""An imagined Vietnamese newspaper, the same every time: its words, its people, and its articles in every state.

Words follow Zipf's law over 20,000 words made of well-formed syllables, so that some stand in most articles and most in
few; each section has words of its own, found in up to some 5% of all articles; people are named by full name.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random

from archive import Block, Image, Reading
from archive.pipeline.page_reading import extractor_of
from archive.text.recurring_blocks import Boilerplate


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_ONSETS = _listed("b c ch d đ g h kh l m n ng nh ph qu r s t th tr v x")
_RIMES = _listed(
    "a an ang anh ac ach ai ao au ay ân âng âu ây ăn ăng e en eo ê ên ênh i in inh iêu iên iêng o on ong oan oai oa ô"
    " ôn ông ôi ơ ơn ơi u un ung uôn uông uy ư ưng ươn ương ươi"
)
_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_COMMON = _listed(
    "và của các có được trong là cho với không những một đã người tại đến này từ về năm khi ra vào để ngày theo trên"
    " cũng nhiều phải sẽ đó như do còn hai tỉnh xã huyện nhân dân công tác thực hiện phát triển quản lý đồng thời"
    " địa phương lãnh đạo tổ chức hoạt động chương trình kinh tế xã hội nhà nước cán bộ đảng viên"
)
_WORDS = 20_000
_ZIPF_OFFSET = 2.7  # Mandelbrot's correction, as Vietnamese and English newspapers have it
SECTIONS = (
    "Thời sự", "Chính trị", "Kinh tế", "Xã hội", "Giáo dục", "Y tế", "Văn hóa", "Thể thao", "Pháp luật", "Nông thôn mới",
    "Quốc phòng - An ninh", "Bạn đọc",
)  # fmt: skip
_SECTION_SHARES = tuple(accumulate((22, 12, 14, 12, 8, 6, 8, 5, 6, 4, 2, 1)))
_FAMILY_NAMES = _listed("Nguyễn Trần Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ Ngô Dương Lý")
_FAMILY_SHARES = tuple(accumulate((38, 11, 10, 7, 5, 5, 4, 4, 4, 3, 3, 2, 2, 2)))
_MIDDLE_NAMES = _listed("Văn Thị Đức Hữu Thanh Minh Quang Xuân Ngọc Hồng Bá Công")
_PICTURES = tuple(accumulate((12, 24, 26, 18, 12, 8)))  # none, one, two ...: 2.2 on average
_PEOPLE, _PHOTOGRAPHERS, _REPORTERS = 3_000, 120, 150
_STRETCHES, _STRETCH = 40_000, 12  # a text is put together from stretches of so many words
BEGIN = datetime(2016, 7, 1, tzinfo=UTC)
YEARS = 10


def _syllables() -> list[str]:
    made = {_with_tone(onset + rime, tone) for onset in _ONSETS for rime in _RIMES for tone in _TONES}
    return sorted(made)


def _with_tone(syllable: str, tone: str) -> str:
    """The tone goes over the last vowel that has a mark of its own, else over the first of the last two letters."""
    vowels = [place for place, letter in enumerate(syllable) if letter in "aăâeêioôơuưy"]
    marked = [place for place in vowels if syllable[place] in "ăâêôơư"]
    place = marked[-1] if marked else vowels[-2 if len(vowels) > 2 and syllable[-1] in "aiouy" else -1]
    return unicodedata.normalize("NFC", syllable[: place + 1] + tone + syllable[place + 1 :])


def _zipf(count: int) -> tuple[float, ...]:
    return tuple(accumulate(1 / (rank + _ZIPF_OFFSET) for rank in range(1, count + 1)))


def _vocabulary(rng: Random) -> tuple[str, ...]:
    syllables = _syllables()
    singles = rng.sample(syllables, 2_000)
    pairs = {f"{rng.choice(syllables)} {rng.choice(syllables)}" for _ in range(_WORDS)}
    rest = sorted({*singles, *pairs} - set(_COMMON))
    rng.shuffle(rest)
    return (*dict.fromkeys(_COMMON), *rest)[:_WORDS]


def _names(rng: Random, count: int) -> tuple[str, ...]:
    given = [syllable.capitalize() for syllable in rng.sample(_syllables(), 900)]
    names: dict[str, None] = {}
    while len(names) < count:
        family = _FAMILY_NAMES[bisect(_FAMILY_SHARES, rng.random() * _FAMILY_SHARES[-1])]
        names[f"{family} {rng.choice(_MIDDLE_NAMES)} {rng.choice(given)}"] = None
    return tuple(names)


@dataclass(frozen=True, slots=True)
class Story:
    """One state of an article; `edits` counts how often it has been changed."""

    headline: str
    lead: str
    paragraphs: tuple[str, ...]
    images: tuple[Image, ...]
    byline: str | None
    section: str
    published_at: datetime
    edits: int = 0

    def reading(self) -> Reading:
        """As an extractor would read it: half of the pictures above the text, the rest below."""
        places = [Block("image", image=number) for number in range(len(self.images))]
        half = (len(places) + 1) // 2
        blocks = (*places[:half], *(Block("paragraph", text) for text in self.paragraphs), *places[half:])
        return Reading(
            "article", self.headline, self.lead, "\n\n".join(self.paragraphs), blocks, self.images,
            byline=self.byline, authors=(self.byline,) if self.byline else (), published_at=self.published_at,
            section=self.section, language="vi", extractor=extractor_of(Boilerplate()),
        )  # fmt: skip


class Paper:
    """The paper with all its articles, told by their number; `articles` of them over ten years."""

    def __init__(self, articles: int, seed: str = "luubao") -> None:
        self.articles, self.seed = articles, seed
        rng = Random(seed)
        self.words = _vocabulary(rng)
        self.people = _names(rng, _PEOPLE)
        self.photographers = _names(rng, _PHOTOGRAPHERS)
        self.reporters = _names(rng, _REPORTERS)
        topical = rng.sample(self.words[4_000:], 40 * len(SECTIONS))
        self.topics = {section: topical[n :: len(SECTIONS)] for n, section in enumerate(SECTIONS)}
        drawn = rng.choices(self.words, cum_weights=_zipf(len(self.words)), k=_STRETCHES * _STRETCH)
        self._stretches = [" ".join(drawn[n : n + _STRETCH]) for n in range(0, len(drawn), _STRETCH)]
        self._people_shares = _zipf(_PEOPLE)
        self._credit_shares = _zipf(_PHOTOGRAPHERS)

    def published(self, number: int) -> datetime:
        """When an article came out, in the paper's own zone's morning or afternoon."""
        span = timedelta(days=365.25 * YEARS) / self.articles
        return (BEGIN + span * number).replace(second=30, microsecond=0)  # midnight is a day without a time

    def address(self, number: int) -> str:
        """Where an article lives."""
        return f"https://bao.example/{self.published(number):%Y/%m}/tin-{100_000 + number}.htm"

    def phrases(self) -> tuple[str, ...]:
        """Words of two syllables of the middle of the vocabulary."""
        return tuple(word for word in self.words[2_000:12_000] if " " in word)

    def story(self, number: int, edits: int = 0) -> Story:
        """An article after so many edits."""
        story = self._first(Random(f"{self.seed}/{number}"), number)
        for edit in range(1, edits + 1):
            story = replace(self._edited(Random(f"{self.seed}/{number}/{edit}"), story), edits=edit)
        return story

    def _first(self, rng: Random, number: int) -> Story:
        section = SECTIONS[bisect(_SECTION_SHARES, rng.random() * _SECTION_SHARES[-1])]
        named = rng.choices(self.people, cum_weights=self._people_shares, k=rng.randint(0, 3))
        topics = rng.choices(self.topics[section], k=rng.randint(1, 3))
        paragraphs = [self.sentence(rng, rng.choice((36, 48, 60))) for _ in range(rng.randint(8, 11))]
        for phrase in (*named, *topics):
            place = rng.randrange(len(paragraphs))
            paragraphs[place] = self._with(rng, paragraphs[place], phrase)
        headline = self._title(rng)
        if rng.random() < 0.3:
            headline = f"{headline} {topics[0]}"
        return Story(
            headline, self.sentence(rng, 24), tuple(paragraphs), self._images(rng, number),
            rng.choice(self.reporters) if rng.random() < 0.9 else None, section, self.published(number),
        )  # fmt: skip

    def sentence(self, rng: Random, length: int) -> str:
        """At least so many words of the paper's language."""
        stretches = rng.choices(self._stretches, k=-(-length // _STRETCH))
        return " ".join(stretches).capitalize() + "."

    def _title(self, rng: Random) -> str:
        return " ".join(rng.choice(self._stretches).split(" ")[: rng.randint(7, 14)]).capitalize()

    def _with(self, rng: Random, paragraph: str, phrase: str) -> str:
        words = paragraph.split(" ")
        words.insert(rng.randint(1, len(words) - 1), phrase)
        return " ".join(words)

    def _images(self, rng: Random, number: int) -> tuple[Image, ...]:
        count = bisect(_PICTURES, rng.random() * _PICTURES[-1])
        return tuple(self._image(rng, f"{number}-{place}") for place in range(count))

    def _image(self, rng: Random, name: str) -> Image:
        caption = self.sentence(rng, 12)
        by = rng.choices(self.photographers, cum_weights=self._credit_shares)[0] if rng.random() < 0.85 else None
        return Image(f"https://bao.example/anh/{name}.jpg", caption, by, f"{caption} Ảnh: {by}" if by else caption)

    def _edited(self, rng: Random, story: Story) -> Story:
        edits: list[tuple[int, Callable[[Random, Story], Story]]] = [
            (25, self._headline), (30, self._word), (14, self._added), (14, self._removed), (7, self._caption),
            (4, self._picture), (4, self._byline), (2, self._republished),
        ]  # fmt: skip
        shares = tuple(accumulate(share for share, _ in edits))
        return edits[bisect(shares, rng.random() * shares[-1])][1](rng, story)

    def _headline(self, rng: Random, story: Story) -> Story:
        return replace(story, headline=self._title(rng))

    def _word(self, rng: Random, story: Story) -> Story:
        place = rng.randrange(len(story.paragraphs))
        words = story.paragraphs[place].split(" ")
        words[rng.randrange(len(words))] = str(rng.randint(2, 999))
        return self._paragraph(story, place, " ".join(words))

    def _added(self, rng: Random, story: Story) -> Story:
        extra = self._with(rng, self.sentence(rng, 48), rng.choices(self.people, cum_weights=self._people_shares)[0])
        return replace(story, paragraphs=(*story.paragraphs, extra))

    def _removed(self, rng: Random, story: Story) -> Story:
        place = rng.randrange(len(story.paragraphs))
        rest = story.paragraphs[:place] + story.paragraphs[place + 1 :]
        return replace(story, paragraphs=rest or (self.sentence(rng, 48),))

    def _caption(self, rng: Random, story: Story) -> Story:
        if not story.images:
            return self._headline(rng, story)
        first = replace(story.images[0], caption=self.sentence(rng, 12))
        return replace(story, images=(first, *story.images[1:]))

    def _picture(self, rng: Random, story: Story) -> Story:
        name = f"{story.published_at:%Y%m%d%H%M%S}-{story.edits}-moi"
        return replace(story, images=(self._image(rng, name), *story.images[1:]))

    def _byline(self, rng: Random, story: Story) -> Story:
        return replace(story, byline=rng.choice(self.reporters))

    def _republished(self, rng: Random, story: Story) -> Story:
        """Not the time alone: the first look at that is doubted."""
        later = story.published_at + timedelta(minutes=rng.randint(1, 4))  # long before the next look
        return replace(self._word(rng, story), published_at=later)

    @staticmethod
    def _paragraph(story: Story, place: int, text: str) -> Story:
        return replace(story, paragraphs=(*story.paragraphs[:place], text, *story.paragraphs[place + 1 :]))
