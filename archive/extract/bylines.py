"""Bylines as persons: `Theo Hồ Hương` is Hồ Hương, `Bài và ảnh: Minh Chiến - Ngọc Lan` are two people.

Pure text; which element or declaration of a page is a byline is authorship's question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from archive.extract.folding import folded, key_of

MOST_AUTHORS = 30
LONGEST_NAME = 80  # characters
LONGEST_BYLINE = 600

# What stands before the names: who wrote, photographed, translated or reported, in the languages of the outlets read.
_LEADING = re.compile(
    r"^(?:(?:bài(?:\s*(?:và|,|-|&|\+)\s*(?:ảnh|clip|video))*(?:\s*viết)?|tin(?:\s*(?:,|và|-)\s*(?:bài|ảnh))*|ảnh|thực hiện"
    r"|tác giả|phóng viên|nhóm (?:phóng viên|pv|p\.v)|nguồn|biên tập|người viết|chùm ảnh|ghi chép)\s*[:/]\s*"
    r"|(?:theo|biên dịch|lược dịch|p\.?v\.?|thực hiện bởi)\s+"
    r"|(?:(?:written |reported |published |posted |story |text |report |words )?by|author|authors|reporter|from|by:"
    r"|von|autor(?:in|en)?|redaktion|ein (?:beitrag|kommentar|gastbeitrag|interview|essay|bericht|text|artikel) von|text"
    r"|par|auteur|propos recueillis par|por|autora?|redacción|di|a cura di|de|door|van|av|af|tekst|tekst og foto|eftir"
    r"|oleh|penulis|reporter|editor|yazan|haber|autor|autorka|автор|авторы|автори|текст|от|作者|記者|文|بقلم|كتب)\s*[:：]\s*"
    r"|(?:written by|reported by|posted by|by|von|ein (?:beitrag|kommentar|gastbeitrag|interview|essay|bericht) von|par"
    r"|propos recueillis par|por|oleh|a cura di|door|eftir|autor)\s+)",
    re.I,
)
# What stands behind them: roles in brackets, agencies glued on, e-mail, time.
_TRAILING = re.compile(
    r"\s*(?:\((?:tổng hợp|thực hiện|ghi|dịch|lược dịch|biên dịch|lược ghi|ghi chép|theo [^()]{1,60}|[^()]{0,40}ttxvn[^()]{0,40}"
    r"|t\.?h\.?|t/h|sưu tầm|biên soạn|[^()]{1,60})\)|[-–,]?\s*(?:tổng hợp|ảnh:.*|theo .*))\s*$",
    re.I,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,32}){1,4}|(?<!\w)@\w{2,30}")
_ADDRESS = re.compile(r"^(?:https?:)?//|^www\.|^/|\.html?$", re.I)
_BETWEEN = re.compile(
    r"\s*[;|•·/\n]\s*|\s+[-–—]\s+|\s*,\s*(?:and|und|et|y|e|và|en|og|och|dan|ve)\s+|\s+(?:and|und|und|et|và|og|och|dan|ja|with|mit)\s+"
    r"|\s+(?:y|e|en|ve|i|a|и|та|і)\s+(?=[A-ZÀ-ÞА-ЯІЇЄĐ])|\s*[&＆、，]\s*|\s*,\s*"
)
_ROLE = re.compile(
    r"^(?:senior |chief |deputy |special |staff |political |associate |managing |assistant |news |business |foreign |science "
    r"|investigative |national |health |sports? |crime |economics |world |live |the )*(?:reporters?|correspondents?|editors?|writers?|columnists?"
    r"|journalists?|contributors?|producers?|photographers?|redakteur(?:in)?|journalist(?:in)?|autor(?:in)?|korrespondent(?:in)?|redaktion|redacción"
    r"|rédaction|\w*korrespondent(?:in)?|\w*redakteur(?:in)?|\w*reporter(?:in)?|jurnalis|muhabir|reporter|biên tập viên|phóng viên|cộng tác viên|ctv|p\.?v\.?|nhóm p\.?v\.?|tổng hợp|thực hiện|ảnh|bài|guest)"
    r"(?:\s(?:of|for|at|in)\s.*|\s?,.*)?$",
    re.I,
)
# "AP National Security Writer": a part of a byline that ends in a role is no name.
_ROLE_AT_END = re.compile(
    r"\s(?:writer|reporter|correspondent|editor|columnist|contributor|producer|photographer|staff|bureau chief)s?$",
    re.I,
)
_TITLES = re.compile(r"^(?:dr|prof|mr|mrs|ms|ts|ths|gs|pgs|bs|ls|nhà báo|luật sư|bác sĩ)\.?\s+(?=\w)", re.I)
_AGENCY_GLUED = re.compile(r"(?<=[^\W\d_]{3})(?<=[a-zà-ỹ])(?:/?[A-ZĐ]{3,})$")
_NOT_A_NAME = re.compile(r"[?!:„“”\"«»%$€@#<>{}\[\]=+]|\d\d")
_FURNITURE = frozenset(
    map(key_of, ("Twitter", "Facebook", "Instagram", "LinkedIn", "WhatsApp", "Telegram", "YouTube", "TikTok", "X", "Email", "E-Mail", "Print",
                 "Share", "Follow", "Subscribe", "Comments", "Comment", "Copy link", "Zalo", "Chia sẻ", "Bình luận", "Theo dõi", "In bài viết",
                 "Advertisement", "Anzeige", "Read more", "Sign up", "Log in", "Contact", "Website", "Newsletter", "More", "By", "Von", "Par"))
)  # fmt: skip
# A date behind the names: everything from a weekday or a number on.
_WHEN = re.compile(
    r"(?<=\w)[\s,|·•–—-]+(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|thứ (?:hai|ba|tư|năm|sáu|bảy)|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|\d{1,4}[\s./:]|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s\d|(?:updated|published|posted)\b).*$",
    re.I,
)
_AGENCY_BEHIND = re.compile(
    r"(?<=\w)\s+(?:the )?(?:associated press|reuters|afp|bloomberg|dpa|ttxvn|press association|the canadian press)$|(?<=\w\w)\s+(?:for|of)\s+[\w.]+\.\w{2,4}$",
    re.I,
)
_INITIALS_TAIL = re.compile(r"\s+\([^()]{0,80}\)$")

AGENCIES = frozenset(
    key_of(name)
    for name in (
        "AFP", "AP", "Associated Press", "The Associated Press", "Reuters", "dpa", "DPA", "TTXVN", "TTXVN/Vietnam+", "VNA", "TASS",
        "Xinhua", "Tân Hoa Xã", "THX", "Sputnik", "Bloomberg", "ANSA", "EFE", "Europa Press", "ANP", "Belga", "NTB", "TT", "Ritzau",
        "STT", "PAP", "ČTK", "ČTK", "MTI", "APA", "SDA", "Keystone-SDA", "Kyodo", "時事通信", "共同通信", "Yonhap", "Antara", "AA",
        "Anadolu Ajansı", "DHA", "IHA", "PTI", "IANS", "ANI", "AAP", "PA", "PA Media", "Press Association", "Canadian Press",
        "The Canadian Press", "KNA", "epd", "sid", "AFX", "Interfax", "UNIAN", "Ukrinform", "CNN", "BBC", "Agence France-Presse",
    )
)  # fmt: skip


def authors_of(text: str) -> tuple[str, ...]:
    """The persons a byline names, in its order; the byline may hold introductions, roles, agencies and e-mail."""
    text = _EMAIL.sub(" ", folded(text, LONGEST_BYLINE))
    if not text or _ADDRESS.search(text):
        return ()
    names = unique(name for part in _BETWEEN.split(_bare(_WHEN.sub("", text))) if (name := name_of(part)))
    return tuple(name for name in names if not _ROLE_AT_END.search(name)) or names


def name_of(text: str) -> str:
    """One author's name without introduction, role, title, brackets and agency; '' where nothing of a name is left."""
    name = _AGENCY_GLUED.sub("", _TITLES.sub("", _bare(folded(text, LONGEST_BYLINE))))
    name = _AGENCY_BEHIND.sub("", _INITIALS_TAIL.sub("", name)).strip(' ,;:.-–—|/•·"“”*')
    if _ROLE.match(name) or not 1 < len(name) <= LONGEST_NAME or not any(letter.isalpha() for letter in name):
        return ""
    return "" if _ADDRESS.search(name) or sum(letter.isdigit() for letter in name) > 2 else name


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names once each, in order, compared without case and marks, at most MOST_AUTHORS."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(key_of(name), name)
        if len(found) >= MOST_AUTHORS:
            break
    return tuple(found.values())


def is_agency(name: str) -> bool:
    """Whether a byline's name is a news agency, not a person."""
    return all(key_of(part) in AGENCIES for part in re.split(r"\s*[/,]\s*", name))


def is_person_like(name: str) -> bool:
    """Whether a name looks like one: a few words, no sentence marks, capitals where the script has them."""
    words = name.split()
    if not words or len(words) > 6 or _NOT_A_NAME.search(name) or key_of(name) in _FURNITURE:
        return False
    return all(
        word[0].isupper() or not word[0].isalpha() or word[0] == word[0].upper() for word in words[:1] + words[-1:]
    )


def _bare(text: str) -> str:
    for _ in range(3):
        shorter = _TRAILING.sub("", _LEADING.sub("", text.strip())).strip()
        if shorter == text:
            break
        text = shorter
    return text
