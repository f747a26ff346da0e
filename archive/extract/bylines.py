"""Parses the text of a byline into names: `Theo Hồ Hương` is Hồ Hương, `Bài và ảnh: Minh Chiến - Ngọc Lan` two people.

Works on text only; authorship.py finds the bylines of a page.

A bar separates the phrases of a list; the comment above explains the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from archive.text.folding import folded, key_of


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.replace("\n", " ").split("|"))


# Labels of author, photographer, translator or reporter, before a colon.
BEFORE_COLON = _phrases("""
    bài | bài viết | bài và ảnh | bài, ảnh | bài - ảnh | bài-ảnh | bài & ảnh | ảnh và bài | bài, ảnh, clip | bài và
    clip | bài, video | tin | tin, ảnh | tin và ảnh | tin - ảnh | tin, bài | tin bài | chùm ảnh | thực hiện |
    tác giả | phóng viên | pv | nhóm phóng viên | nhóm pv | nhóm p.v | biên tập | biên soạn | người viết |
    ghi chép | by | written by | reported by | story by | text by | report by | words by | words | text | author |
    authors | reporter | from | von | text von | autor | autorin | autoren | redaktion | par | auteur | texte |
    propos recueillis par | por | autora | texto | redacción | di | testo di | a cura di | de | door | tekst | van |
    av | af | tekst og foto | eftir | oleh | penulis | editor | yazan | haber | autorka | tekst | автор | авторы |
    автори | редактор | текст | от | írta | γράφει | γράφει ο | γράφει η | מאת | 作者 | 記者 | 记者 | 文 | بقلم | كتب |
    كتبت | حوار | تقرير
""")

# The same without a colon.
BEFORE_NAME = _phrases("""
    biên dịch | lược dịch | ghi chép của | phóng sự của | bút ký của | ký của | tùy bút của | ảnh của | bài của |
    bài và ảnh | bài, ảnh | bài & ảnh | bài - ảnh | tin và ảnh | tin, ảnh | tin - ảnh | thực hiện
    bởi | by | written by | reported by | posted by | published by | story by |
    von | text von | ein beitrag von | ein kommentar von | kommentar von | ein gastbeitrag von | gastbeitrag von |
    ein interview von | interview von | ein essay von | ein bericht von | eine analyse von | par | propos recueillis
    par | por | oleh | a cura di | door | eftir | autor | af | av | about | كتب | كتبت | بقلم
""")

# Remarks behind the names; bylines.py removes any remark in brackets.
BEHIND_NAME = _phrases("tổng hợp | tổng hợp và dịch | lược ghi | 기자 | 선임기자 | 특파원")

# A part of a byline that ends in one of these is a role, not a name; German compounds end in the last four.
ROLE_NOUNS = frozenset(
    _phrases("""
    reporter | reporters | correspondent | correspondents | editor | editors | writer | writers | columnist |
    columnists | journalist | journalists | contributor | contributors | producer | producers | photographer |
    photographers | staff | chief | guest | autor | autorin | korrespondentin | redaktion | redacción | rédaction |
    redazione | redactie | jurnalis | muhabir | reporterin | ctv | pv | p.v | p.v. | bbt | tổng-hợp | thực-hiện | ảnh |
    bài | b.b.t | b.b.t.
""")
)
ROLE_ENDINGS = ("korrespondent", "korrespondentin", "redakteur", "redakteurin")
ROLE_PHRASES = frozenset(
    _phrases("phóng viên | cộng tác viên | biên tập viên | nhóm pv | nhóm p.v | nhóm phóng viên | tổng hợp | thực hiện")
)

# Before a name: titles.
TITLES = _phrases("dr | prof | mr | mrs | ms | ts | ths | gs | pgs | bs | ls | nhà báo | luật sư | bác sĩ")

# Boilerplate beside a byline that is as short as a name.
FURNITURE = _phrases("""
    Twitter | Facebook | Instagram | LinkedIn | WhatsApp | Telegram | YouTube | TikTok | X | Email | E-Mail | Print |
    Share | Follow | Subscribe | Comments | Comment | Copy link | Zalo | Chia sẻ | Bình luận | Theo dõi |
    In bài viết | Advertisement | Anzeige | Read more | Sign up | Log in | Contact | Website | Newsletter |
    More | By | Von | Par | Por | Af | Av | Quảng cáo | Tin liên quan | Đọc thêm | Xem thêm | Từ khóa | Chủ đề |
    Liên hệ | Trở về | Hết | Ban biên tập | Về đầu trang | Gửi bình luận | Việt Nam | Hà Nội | TP HCM | Key points |
    Key takeaways | Highlights | Summary | Overview | Introduction | Breaking news | Live updates | Top stories |
    Read next | Get the app | Our newsletters | Sign up now | View all | View all posts | See all | All posts |
    More posts | Last | Last updated | Updated | Published | Full bio | View bio | See full bio | Xem tất cả |
    Read full bio | About the author
""")

# News agencies: authors of articles without a person's byline.
AGENCIES = _phrases("""
    AFP | AP | Associated Press | The Associated Press | Agence France-Presse | Reuters | dpa | TTXVN | VNA | TASS |
    Xinhua | Tân Hoa Xã | THX | Sputnik | Bloomberg | ANSA | EFE | Europa Press | ANP | Belga | NTB | TT | Ritzau |
    STT | PAP | ČTK | MTI | APA | SDA | Keystone-SDA | Kyodo | 時事通信 | 共同通信
    | Yonhap | Antara | AA | Anadolu Ajansı |
    DHA | IHA | PTI | IANS | ANI | AAP | PA | PA Media | Press Association | Canadian Press | The Canadian Press |
    KNA | epd | sid | Interfax | UNIAN | Ukrinform
""")

# CMS accounts and vendors: the default author where nobody entered a name.
VENDORS = _phrases("""
    VCCorp.vn | VCCorp vn | ePi | Hemera | MasterCMS | admin | administrator | editor | webmaster | root | developer
    | superadmin | user | unknown | null | none | undefined | author | staff | wordpress | no author
""")

# Words that occur in the names of many newspapers: they do not identify an outlet.
HOUSE_WORDS = frozenset(
    _phrases("""
    bao | dien | tu | tap | chi | dai | truyen | hinh | phat | thanh | va | online | news | newspaper | net | com |
    org | vn | www | http | https | tv | m | the | der | die | das | de | la | le | el | digital | desk | staff |
    team | newsroom | redaktion | redaction | redacao | redaccion | editorial
""")
)


_MAX_NAME_WORDS = 6  # if there is a shorter name beside it: `A. Name, professor of law at the University of X`
MOST_AUTHORS = 30
LONGEST_NAME = 80  # characters
LONGEST_BYLINE = 600


def _alternation(phrases: Iterable[str]) -> str:
    """A regex alternation of the phrases, the longest first; spaces around commas and dashes may be missing."""
    longest_first = sorted(set(phrases), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(phrase).replace(r"\ ", r"\s*+") for phrase in longest_first) + ")"


_LEADING = re.compile(rf"^(?:{_alternation(BEFORE_COLON)}\s*+[:：/︱]\s*+|{_alternation(BEFORE_NAME)}\s++)", re.I)
# "Theo Hồ Hương" (according to ...) but not Theo James: the rest is Vietnamese, or in capitals like an agency.
_ACCORDING_TO = re.compile(r"^(?i:theo)\s+(?=.*[À-ỹđ]|[A-ZĐ\W]+$)")
_TRAILING = re.compile(
    rf"\s*(?:\([^()]{{1,80}}\)|(?<=\w)(?:\s*[-–,]\s*|\s+)(?:{_alternation(BEHIND_NAME)}|ảnh:.*|theo .*))\s*$",
    re.I,
)
_CREDIT_OR_SOURCE = re.compile(r"(?:ảnh|nguồn|nguồn ảnh|photos?|fotos?|source|quelle)\s*:", re.I)
# the photographer behind the author: `Bài: Lê Minh; ảnh: Thu Hà`, `Bài Lê Minh - Ảnh Thu Hà`
_PICTURES_BY = re.compile(
    r"^(?:bài|tin|bài viết|thực hiện)\s*:?\s+(?P<names>[^\W\d_]\S*\s.+?)\s*[;,.–-]\s*ảnh\s*:?\s+\S.*$", re.I
)
_FROM_PLACE = re.compile(
    r"^((?:by|von|par|por|di|af|av)\s+[^\W\d_]\S*\s[^,;&|]+),\s*[^\W\d_][^\W\d_.]+$", re.I
)  # `Von A. Name, Lille`
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,32}){1,4}|(?<!\w)@\w{2,30}")
_URL = re.compile(r"^(?:https?:)?//|^www\.|^/|\.html?$", re.I)
# Short words that join names need a capital behind them: "Ortega y Gasset" is rarer than "Ana y Luis".
_BETWEEN = re.compile(
    r"\s*[;|•·/／\n]\s*|\s+[-–—]\s+|\s*[&＆、，]\s*"
    r"|(?:\s*,)?\s+(?:[Aa]nd|und|et|và|og|och|dan|ja|with|mit)\s+"
    r"|(?:\s*,)?\s+(?:y|e|en|ve|i|a|и|та|і)\s+(?=[A-ZÀ-ÞА-ЯІЇЄĐ])"
    r"|\s*,\s*"
)
_TITLES = re.compile(rf"^{_alternation(TITLES)}\.?\s+(?=\w)", re.I)
_AGENCY_SUFFIX = re.compile(r"(?<=[^\W\d_]{3})(?<=[a-zà-ỹ])(?:/?[A-ZĐ]{3,})$")
_TRAILING_AGENCY = re.compile(
    r"(?<=\w)\s+(?:the )?(?:associated press|reuters|afp|bloomberg|dpa|ttxvn|press association|canadian press)$"
    r"|(?<=\w\w)\s+(?:for|of)\s+[\w.]+\.\w{2,4}$|(?<=\w\w)\s+for\s+(?:the\s+)?\w[\w. ]+$",
    re.I,
)
_IN_BRACKETS = re.compile(r"\s+\([^()]{0,80}\)$")
# A date behind the names: everything from a weekday or a number on.
_TRAILING_DATE = re.compile(
    r"(?<=\w)[\s,|·•–—-]+(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|thứ (?:hai|ba|tư|năm|sáu|bảy)"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|\d{1,4}[\s./:年]"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s\d|(?:updated|published|posted)\b).*$",
    re.I,
)
# a part of a signature that is the author's organization or another outlet: `Hoàng Nam - Sở Y tế`, `Theo Báo Nhân Dân`
_ORGANIZATION = re.compile(
    r"(?:ban|sở|phòng|báo|đài|tạp chí|trường|công an|bộ|ubnd|trung tâm|cục|chi cục|tỉnh đoàn|huyện đoàn|học viện"
    r"|viện|thpt|văn phòng|đội|đồn|quân khu|bchqs|bộ chqs|tand|vks\w*|cổng thông tin|trang tin"
    r"|bệnh viện|ngân hàng)\s+\w",
    re.I,
)
_DEPARTMENT = re.compile(
    r"\b(?:team|desk|newsroom|department|seo|redaktion|redazione|redacción)$|^(?:seo|redacción|redação|rédaction)\b",
    re.I,
)
_KOREAN_ROLE = re.compile(r"(?<=[가-힣]{2})\s*(?:선임)?기자$")
_LOGIN = re.compile(r"[a-z]+[._\d][a-z._\d]*|(?=\w*[a-z])[a-z\d_]{7,}")
_NOT_A_NAME = re.compile(r"[?!:„“”\"«»%$€@#<>{}\[\]=+]|\d")
FURNITURE_KEYS = frozenset(map(key_of, FURNITURE))
_AGENCIES = frozenset(map(key_of, AGENCIES))


@lru_cache(maxsize=4096)
def authors_of(text: str) -> tuple[str, ...]:
    """The names in a byline, in its order; removes labels, roles and e-mail addresses."""
    text = _EMAIL.sub(" ", folded(text, LONGEST_BYLINE))
    if not text or _URL.search(text) or _CREDIT_OR_SOURCE.match(text):
        return ()
    text = _FROM_PLACE.sub(r"\1", _PICTURES_BY.sub(r"\g<names>", text))
    names = unique(
        name for part in _BETWEEN.split(_without_affixes(_TRAILING_DATE.sub("", text))) if (name := name_of(part))
    )
    names = tuple(name for name in names if not _ORGANIZATION.match(name))
    names = tuple(name for name in names if len(name.split()) <= _MAX_NAME_WORDS) or names
    return tuple(name for name in names if not _ends_in_role(name)) or names


def name_of(text: str) -> str:
    """One author's name without label, title, brackets and agency; '' if no name is left."""
    name = _AGENCY_SUFFIX.sub("", _TITLES.sub("", _without_affixes(folded(text, LONGEST_BYLINE))))
    name = _IN_BRACKETS.sub("", _KOREAN_ROLE.sub("", name))
    name = (name if is_agency(name) else _TRAILING_AGENCY.sub("", name)).strip(' ,;:.-–—|/•·"“”*')
    if _is_role(name) or not 1 < len(name) <= LONGEST_NAME or not any(letter.isalpha() for letter in name):
        return ""
    return "" if _URL.search(name) or sum(letter.isdigit() for letter in name) > 2 else name


def is_department(name: str) -> bool:
    """Whether a name is a department's."""
    return bool(_DEPARTMENT.search(name))


def is_account(name: str) -> bool:
    """Whether a name is a login or a department: the CMS's substitute for a person."""
    return bool(_LOGIN.fullmatch(name)) or is_department(name)


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


def is_person_like(name: str) -> bool:
    """Whether a name looks like a person's: a few words, no sentence marks, capitals where the script has them."""
    name_words = name.split()
    if not name_words or len(name_words) > 6 or _NOT_A_NAME.search(name) or key_of(name) in FURNITURE_KEYS:
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
