"""Parses the text of a byline into names: `Theo Hồ Hương` is Hồ Hương, `Bài và ảnh: Minh Chiến - Ngọc Lan` two people.

Works on text only; authorship.py finds the bylines of a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from archive.rules.byline_words import (
    AGENCIES,
    AGENCY,
    AGENCY_BEHIND_NAME,
    BEFORE_COLON,
    BEFORE_NAME,
    BEHIND_NAME,
    DEPARTMENT,
    FURNITURE,
    HOUSE_WORDS,
    OUTLET_ENDING,
    POST_NOMINALS,
    ROLE_ENDINGS,
    ROLE_NOUNS,
    ROLE_PHRASES,
    TITLES,
    VENDORS,
)
from archive.text.folding import folded, key_of

_MAX_NAME_WORDS = 6  # if there is a shorter name beside it: `A. Name, professor of law at the University of X`
_DIGITS_OF_A_DATE = 3
_BARRED_PLACE = re.compile(r"^([^|/]+\w\s[^|/]*\w)\s[|/]\s[A-ZÀ-Ý][^\W\d_]+$")  # `Ann Lee | Madrid`
_OUTLET = re.compile(rf"\b(?:{OUTLET_ENDING})$")
_MOST_OF_A_NAME = 4  # words of a Vietnamese name, beside which an organization can stand
MOST_AUTHORS = 30
LONGEST_NAME = 80  # characters
LONGEST_BYLINE = 600


def _alternation(phrases: Iterable[str]) -> str:
    """A regex alternation of the phrases, the longest first; spaces around commas and dashes may be missing."""
    longest_first = sorted(set(phrases), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(phrase).replace(r"\ ", r"\s*+") for phrase in longest_first) + ")"


_LEADING = re.compile(
    rf"^(?:{_alternation(BEFORE_COLON)}\s*+[:：/︱｜|]\s*+|{_alternation(BEFORE_NAME)}\s++"
    r"|(?-i:[Dd]i\s++(?=[A-ZÀ-Ý]\S++\s++[A-ZÀ-Ý]))|\w{0,8}[记記]者\s*+(?=[^\W\d_a-zA-Z]{2,4}(?!\w)))",
    re.I,
)
# "Theo Hồ Hương" (according to ...) but not Theo James: the rest is Vietnamese, or in capitals like an agency.
_ACCORDING_TO = re.compile(r"^(?i:theo)\s+(?=.*[À-ỹđ]|[A-ZĐ\W]+$)")
_TRAILING = re.compile(
    rf"\s*(?:\([^()]{{1,80}}\)|(?<=\w)(?:\s*[-–,]\s*|\s+)(?:{_alternation(BEHIND_NAME)}|ảnh:.*|theo .*))\s*$",
    re.I,
)
# the photographer behind the author: `Bài: Lê Minh; ảnh: Thu Hà`, `Bài Lê Minh - Ảnh Thu Hà`
_PICTURES_BY = re.compile(
    r"^(?:bài|tin|bài viết|thực hiện)\s*:?\s+(?P<names>[^\W\d_]\S*\s.+?)\s*[;,.–-]\s*ảnh\s*:?\s+\S.*$", re.I
)
_FROM_PLACE = re.compile(
    r"^((?:by|von|par|por|di|af|av)\s+[^\W\d_]\S*\s[^,;&|]+),\s*[^\W\d_][^\W\d_.]+$", re.I
)  # `Von A. Name, Lille`
# `By Ann Lee in Washington`, `Anna Weber aus Kiew`: where an author of two names or more wrote it
_IN_PLACE = re.compile(
    r"(?<=\w)\s+(?:(?:reporting )?from|in|aus|à)\s+(?:the\s+)?[A-ZÀ-Þ][\w.'’-]*(?:\s+[\w.'’-]+){0,2}$"
)
_IN_SECTION = re.compile(r"^(by\s[^,]{2,60}),\s*in\s(?!.*\band\b).*$", re.I)  # `By Ann Lee, in Business, Europe`
# a part of a byline that names who photographed or edited, or where
NO_AUTHOR = re.compile(
    r"[【（(]?(?:(?:ảnh|nguồn|nguồn ảnh|photos?|fotos?|bild(?:er)?|source|quelle|redaktion|(?:资料)?来源"
    r"|(?:責任|责任)?[編编][輯辑])\s*[:：]"
    r"|(?:[^\W\d_a-zA-Z]|-){0,10}(?:報導|报道|綜合|综合|整理)$"
    r"|(?:photos?|photography|pictures|images|edited|editing|additional reporting) by\b|(?-i:in|aus|From)\s)",
    re.I,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,32}){1,4}|(?<!\w)@\w{2,30}")
_URL = re.compile(r"^(?:https?:)?//|^www\.|^/|\.html?$", re.I)
# Short words that join names need a capital behind them: "Ortega y Gasset" is rarer than "Ana y Luis".
_BETWEEN = re.compile(
    r"\s*[;|•·/／\n]\s*|\s+[-–—]\s+|\s*[&＆、，]\s*"
    r"|(?:\s*,)?\s+(?:[Aa]nd|und|et|và|og|och|dan|ja|with|mit)\s+"
    r"|(?:\s*,)?\s+(?:y|e|en|ve|i|a|и|та|і)\s+(?=[A-ZÀ-ÞА-ЯІЇЄĐ])"
    r"|\s*,\s*"
)
_TITLES = re.compile(rf"^(?:{_alternation(TITLES)}(?:\.\s*|\s+))+(?=\w)", re.I)
_AGENCY_SUFFIX = re.compile(r"(?<=[^\W\d_]{3})(?<=[a-zà-ỹ])(?:/?[A-ZĐ]{3,})$")
_TRAILING_AGENCY = re.compile(
    r"(?<=\w)\s+(?:special to (?:the )?\w[\w. ]{0,40}|avec (?:l['’])?(?:afp|ap|reuters|agences?))$"
    rf"|(?<=\w)\s+(?:the )?(?:{AGENCY_BEHIND_NAME})$"
    r"|(?<=\w\w)\s+(?:for|of)\s+[\w.]+\.\w{2,4}$|(?<=\w\w)\s+for\s+(?:the\s+)?\w[\w. ]+$",
    re.I,
)
# `ANN LEE AP Entertainment Writer`: the agency's role on the line below the name
_AGENCY_ROLE = re.compile(
    rf"(?<=\w)\s+(?:the )?(?-i:{AGENCY})\b[\w ]{{0,40}}\b(?:writer|reporter|correspondent|editor|columnist)s?$",
    re.I,
)
_PLACE_BEHIND = re.compile(  # `Por Ana Souza, Jornal — Porto Velho`
    r"^((?:by|von|par|por|di|af|av)\s[^—,;|&]+,[^—;|&]+)\s—\s[^—,;|&]{2,40}$", re.I
)
_IN_BRACKETS = re.compile(r"\s+\([^()]{0,80}\)$")
_OF_THE_NAME = re.compile(r"(?<=\w),\s+(?=(?:Jr|Sr|I{2,3}|IV)\b)")  # `John Smith, Jr.`
# A date behind the names: everything from a weekday or a number on.
_TRAILING_DATE = re.compile(
    r"(?<=\w)[\s,|·•–—-]+(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|thứ (?:hai|ba|tư|năm|sáu|bảy)"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|\d{1,4}[\s./:年]"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)\.?(?:,\s|\s(?=[a-z]{3,9}\.?\s\d|\d))"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s\d|(?:updated|published|posted)\b).*$",
    re.I,
)
# a part of a signature that is the author's organization or another outlet: `Hoàng Nam - Sở Y tế`, `Theo Báo Nhân Dân`
_ORGANIZATIONS = (
    r"(?:ban|sở|phòng|báo|đài|tạp chí|trường|công an|bộ|ubnd|trung tâm|cục|chi cục|tỉnh đoàn|huyện đoàn|học viện"
    r"|viện|thpt|văn phòng|đội|đồn|quân khu|bchqs|bộ chqs|tand|vks\w*|cổng thông tin|trang tin"
    r"|bệnh viện|ngân hàng)\s+\w"
)
_ORGANIZATION = re.compile(_ORGANIZATIONS, re.I)
# on the line below the name, in capitals: `Hà Thu<br>Ban Tuyên giáo Tỉnh ủy`
_ORGANIZATION_BELOW = re.compile(rf"(?<=\w)\s+(?=[A-ZĐ])(?i:{_ORGANIZATIONS}).*$")
_DEPARTMENT = re.compile(DEPARTMENT, re.I)
_KOREAN_ROLE = re.compile(r"^[가-힣]+=(?=[가-힣])|(?<=[가-힣]{2})\s*(?:선임)?기자$")  # `Place=Name 기자`
_LOGIN = re.compile(r"[a-z]+[._\d][a-z._\d]*|(?=\w*[a-z])[a-z\d_]{7,}")
_SMALL_NAME = re.compile(r"[a-zß-ÿ]{3,20}(?: [a-zß-ÿ]{2,20}){1,2}")
_NOT_FIRST = re.compile(
    r"(?:all|alle|tous|toutes|todos|todas|view|see|more|mehr|weitere|read|xem|đọc)\s", re.I
)  # a button
_INITIALS_BEHIND = re.compile(r"/\s?[A-ZÀ-ÝĐ]{1,3}$")
_VENDORS = frozenset(map(key_of, VENDORS))
_HOST_NAME = re.compile(r"^[\w.-]+\.(?:vn|com|net|org|de|at|ch|tv|info|news|co\.\w\w|\w\w)$|\b(?:com )?vn$", re.I)
_NOT_A_NAME = re.compile(r"[?!:„“”\"«»%$€@#<>{}\[\]=+←→▶©®™]|\d")
FURNITURE_KEYS = frozenset(map(key_of, FURNITURE))
_AGENCIES = frozenset(map(key_of, AGENCIES))


@lru_cache(maxsize=4096)
def authors_of(text: str) -> tuple[str, ...]:
    """The names in a byline, in its order; removes labels, roles and e-mail addresses."""
    text = _EMAIL.sub(" ", folded(text, LONGEST_BYLINE))
    text = text[1:-1] if text[:1] + text[-1:] in ("[]", "［］") else text
    if not text or text.startswith("#") or _URL.search(text) or NO_AUTHOR.match(text):
        return ()
    text = _PLACE_BEHIND.sub(r"\1", _BARRED_PLACE.sub(r"\1", _AGENCY_ROLE.sub("", text)))
    undated = [part for part in text.split("|") if sum(map(str.isdigit, part)) < _DIGITS_OF_A_DATE]
    text = "|".join(undated) if undated else text
    text = _FROM_PLACE.sub(r"\1", _PICTURES_BY.sub(r"\g<names>", _IN_SECTION.sub(r"\1", text)))
    parts = _BETWEEN.split(_without_affixes(_TRAILING_DATE.sub("", _OF_THE_NAME.sub(" ", text))))
    parts = [_without_post_nominals(part) for part in parts if not _is_post_nominal(part) or part is parts[0]]
    parts = [_ORGANIZATION_BELOW.sub("", part) if len(part.split()) > _MOST_OF_A_NAME else part for part in parts]
    names = unique(name for part in parts if not NO_AUTHOR.match(part) and (name := name_of(part)))
    names = tuple(name for name in names if not _ORGANIZATION.match(name))
    names = tuple(name for name in names if len(name.split()) <= _MAX_NAME_WORDS and not _OUTLET.search(name)) or names
    return tuple(name for name in names if not _ends_in_role(name)) or names


def names_in_texts(values: Iterable[str]) -> tuple[str, ...]:
    """The names in several bylines, each once."""
    return unique(name for value in values for name in authors_of(value))


def name_of(text: str) -> str:
    """One author's name without label, title, brackets and agency; '' if no name is left."""
    name = _AGENCY_SUFFIX.sub("", _TITLES.sub("", _without_affixes(folded(text, LONGEST_BYLINE))))
    name = _IN_BRACKETS.sub("", _KOREAN_ROLE.sub("", name))
    place = _IN_PLACE.search(name)
    name = _without_affixes(name[: place.start()]) if place and " " in name[: place.start()] else name
    name = (name if is_agency(name) else _TRAILING_AGENCY.sub("", name)).strip(' ,;:.-–—|/•·"“”*')
    if _is_role(name) or not 1 < len(name) <= LONGEST_NAME or not any(letter.isalpha() for letter in name):
        return ""
    return "" if _URL.search(name) or sum(letter.isdigit() for letter in name) > 2 else name


def _without_post_nominals(name: str) -> str:
    """A name of two words or more without the degrees behind it: `Ann B. Lee MD`."""
    words = name.split()
    while len(words) > 2 and _is_post_nominal(words[-1]):
        words.pop()
    return " ".join(words)


def _is_post_nominal(text: str) -> bool:
    return text.strip(" .").replace(".", "") in POST_NOMINALS


def is_department(name: str) -> bool:
    """Whether a name is a department's."""
    return bool(_DEPARTMENT.search(name))


def is_account(name: str) -> bool:
    """Whether a name is a login or a department: the CMS's substitute for a person."""
    return bool(_LOGIN.fullmatch(name)) or is_department(name)


def is_word(name: str) -> bool:
    """Whether a name is one word of a script with capitals: in Chinese or Korean one word is a whole name."""
    return " " not in name and name.lower() != name.upper()


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Deduplicates names without case and diacritics, in order, at most MOST_AUTHORS."""
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(key_of(name), name)
        if len(by_key) >= MOST_AUTHORS:
            break
    return tuple(by_key.values())


@lru_cache(maxsize=4096)
def is_agency(name: str) -> bool:
    """Whether a name in a byline is a news agency, not a person."""
    return all(key_of(part) in _AGENCIES for part in re.split(r"\s*[/,]\s*", name))


def is_person_like(name: str, small: bool = False) -> bool:
    """Whether a name looks like a person's: a few words, no sentence marks, capitals where the script has them; small:
    or two or three words in small letters."""
    if small and _SMALL_NAME.fullmatch(name):
        return not is_account(name)
    name_words = name.split()
    if not name_words or len(name_words) > 6 or _NOT_A_NAME.search(name) or key_of(name) in FURNITURE_KEYS:
        return False
    if _NOT_FIRST.match(name):
        return False
    return all(
        word[0].isupper() or not word[0].isalpha() or word[0] == word[0].upper()
        for word in name_words[:1] + name_words[-1:]
    )


def _ends_in_role(name: str) -> bool:
    """Whether a part of a byline ends in a role: "AP National Security Writer"."""
    last = name.casefold().split()[-1]
    return last in ROLE_NOUNS or last.endswith(ROLE_ENDINGS)


def _is_role(name: str) -> bool:
    """Whether a text is a role and nothing else: "Reporter", "Redakteurin", "Phóng viên"."""
    return name.casefold() in ROLE_PHRASES or (" " not in name and name != "" and _ends_in_role(name))


def _without_affixes(text: str) -> str:
    for _ in range(3):
        shorter = _TRAILING.sub("", _LEADING.sub("", _ACCORDING_TO.sub("", text.strip()))).strip()
        if shorter == text:
            break
        text = shorter
    return text


def outlet_key(name: str) -> str:
    """Comparison key of an outlet's name, without common words: Báo điện tử Dân Trí, dantri.com.vn, @dantri; and
    without an editor's initials: `Dân Trí /HN`."""
    keys = [key_of(word) for word in re.split(r"[\s._-]+", _INITIALS_BEHIND.sub("", name))]
    key = "".join(word for word in keys if word not in HOUSE_WORDS) or key_of(name)
    for affix in ("bao", "online", "news", "vn", "com"):
        if len(key) > len(affix) + 2:
            key = key.removeprefix(affix) if affix == "bao" else key.removesuffix(affix)
    return key


def is_house(name: str, house: frozenset[str]) -> bool:
    """Whether a name is that of the outlet, its host or its CMS vendor."""
    return not house.isdisjoint((outlet_key(name), key_of(name))) or is_vendor(name) or bool(_HOST_NAME.search(name))


def is_other_site(name: str, house: frozenset[str]) -> bool:
    """Whether a name is the address of another site than the outlet's: a source."""
    return bool(_HOST_NAME.search(name)) and outlet_key(name) not in house


def is_vendor(name: str) -> bool:
    """Whether a name is what a system writes where nobody entered one, or a word of the page: `admin`, `Magazine`."""
    return key_of(name) in _VENDORS or key_of(name) in FURNITURE_KEYS
