"""Splits a caption's text into caption and credit (photographer, agency): the text alone, without its elements."""

from __future__ import annotations

import re
from collections.abc import Callable

from archive.rules import phrases
from archive.rules.byline_words import AGENCY, CREDIT_LABEL

_LABELLED = re.compile(
    rf"(?:^|[\s(\[（【.,;|–—。，、-]|(?-i:(?<![\W\d_A-ZÀ-Þ])(?=[A-ZẢŹ])))[(\[（【]?((?:{CREDIT_LABEL})\s*[:：／/=＝]\s*(\S.*?))[)\]）】]?\s*\.?$",
    re.I,
)
_SIGN = re.compile(
    r"(?i:(?<!\w)(?:photo|foto|bild|image|ảnh)s?\s)?[(\[]?((?:©|ⓒ|\([cC]\)|（[CＣ]）|℗)\s*(\S.{0,118}?))[)\]）]?\s*\.?$"
)
_BRACKETED = re.compile(r"\s*[(\[（]([^()\[\]（）]{2,120})[)\]）]\s*\.?$")
_SLASHED = re.compile(rf"\s?[/|]\s?(?:{AGENCY})(?:\b[^/]{{0,40}})?\.?$")
_AGENCY_FIRST = re.compile(rf"(?:^|[\s|])((?:{AGENCY})\s?/\s?[A-ZÀ-Ý][^/()|]{{2,60}})$")
_PICTURE_BEHIND_DASH = re.compile(r"\s[-–—]\s*((?:[A-Z][\w.'’-]*\s){1,4}(?:pic(?:ture)?|photo)s?)\.?$")
_AGENCY_BEHIND_DASH = re.compile(rf"\s[-–—]\s*((?:{AGENCY})(?:\s?[/+&-]\s?[\w .]{{2,40}})?)\.?$")
_NAME_BEFORE = re.compile(r"(?:^|[.!?,;|(\[–—-]\s*|\s{2,})((?:[^\s.!?,;|()–—]+\s?){1,5})$")
_TAIL_LENGTH = 160  # characters at the end of a caption that are searched for a credit
_LABELLED_TAIL = 240  # likewise for one with its label
_BRACKETED_AGENCY = re.compile(rf"(?<=\w\w)\s\((?:{AGENCY})\b[^()]*\)$")  # `Ann Lee (dpa/picture alliance)`
_NAMED_AGENCY = re.compile(rf"\b(?:{AGENCY})\b")
_AFTER_BAR = re.compile(r"\s*[|｜]\s*([^|]{2,120})$")
_PHOTO_BY = re.compile(
    r"((?:photo(?:graph(?:y|ed)?)?|picture|image|(?:photo[ -]?)?illustration|graphic)s? (?:by|courtesy"
    r" (?:by|of))\s+(\S.{1,100}?))\)?\s*\.?$",
    re.I,
)
_FREE = (
    r"domena publiczna|public domain|domaine public|dominio público|domínio público|dominio pubblico|gemeinfrei"
    r"|D\.?R\.?|CC(?:[ -](?:BY|0)[\w .-]{0,12})?"
)
_ALONE = re.compile(
    rf"(?:{_FREE})|"
    r"(?:Reprodução|Divulgação|Arquivo pessoal|Reproducción|Cortesía|Handout|Supplied|Courtesy(?: [A-Z][\w'’-]+){1,4})"
    rf"|(?:(?:[A-ZÀ-Ý][\w.'’-]*[ /]+){{0,4}}(?:via |for |/ ?)?)?(?:{AGENCY})(?:\s*/\s*[A-ZÀ-Ý][\w .'’-]{{1,40}})?"
)
_LONGEST_ALONE = 70  # characters
_BARRED_TAIL = re.compile(  # `Ein Satz. Carlos Herrera | Archivo | Confidencial`
    r"(?<=[.!?…”\"])\s+((?:[A-ZÀ-Ý][\w.'’/-]*\s?){1,5}(?<![.!?…])(?<![.!?…]\s)(?:\s*\|\s*[^|.]{2,60})+)\.?$"
)
_VIA = re.compile(r"(?<=[.!?\"”])\s+((?:[A-Z][\w.'’-]*[ ]?){1,4}(?:/| via | for )[A-Z][\w ./+'’-]{1,60})$")
_AGENCY_TAIL = re.compile(rf"(?<=[.!?\"”])\s+((?:{AGENCY})(?:\s*[/|]\s*[\w .]+)?)$")
# what Canadian and Australian papers print for a picture that somebody gave them
_GIVEN = re.compile(
    r"(?:(?<=[.!?\"”])\s|\s(?=\w{7,11} (?:photo|image)\b))"
    r"((?:Supplied|Handout|Submitted|Contributed)(?: (?:photo|image|by [A-Z][^.]{2,60}))?)\.?$"
)
# `… en La Soledat / Lorenzo Marina`: a name behind a slash between spaces
# `… 206 kilogramów /domena publiczna`: before the slash at least
_BEHIND_SLASH = re.compile(r"(?<=[^\s/]{3})\s+/\s*([^/]{3,60}(?:\s/\s[^/]{2,40})?)$")
# 「…있다. 민경석 기자」「…있다. 인천=연합뉴스」: a reporter or an agency behind the last sentence
_KOREAN = re.compile(
    r"(?<=다)\.?\s+((?:[가-힣]{2,4}\s?(?:선임)?기자|(?:[가-힣]{2,6}=)?(?:연합뉴스|뉴시스|뉴스1|로이터)[^.]{0,14}))\.?$"
)
_LABEL_WITHOUT_COLON = re.compile(
    r"[(\[]?((?:\b(?:dok\.|photo courtesy of|courtesy of|image courtesy of|fot\.)"
    r"|(?:^|(?<=[.!?…|(\[”\"])|(?<=[.!?…|”\"]\s))foto\.?)\s*([^\s.].{1,80}?))[)\]]?\s*\.?$",
    re.I,
)
# `… par jour Photo Luc Aubin`: behind a word in small letters, a label and two names or more
_CAPITAL_LABEL = re.compile(
    r"(?<=[a-zà-ÿа-яё0-9])\s+((?:Photo|Foto|Fotografía|Fotó|Фото|ph\.|PHOTO|FOTO)\s(?:di |de |by )?"
    r"((?:[A-ZÀ-ÝА-ЯЁ][\w.'’-]*\s){1,3}[A-ZÀ-ÝА-ЯЁ][\w'’-]*))\.?$"
)
_LABEL_AND_NAME = re.compile(
    r"(?:[.!?…|”\"/]\s*|\s[-–—]\s*|[(\[])((?i:ảnh|photo|foto(?: di)?|fotó|ph\.|bild|kuva|фото|φωτο|courtesy|crédito)\s+"
    r"((?:(?:з|із|из|с)\s\w+\s)?[A-ZÀ-ÝĐА-ЯІЇЄ]\w+(?:[ /]+[A-ZÀ-ÝĐА-ЯІЇЄ][\w.]*){0,5}))[)\]]?\.?$"
)
# `Một góc chợ. Ảnh minh họa`: a credit without a name, only the kind of picture
_UNNAMED = re.compile(
    r"(?:^|[.!?…\"”»,;–—-]\s*|[(\[]\s*)"
    r"((?:ảnh|hình)\s(?:minh h[oọ][aạ]|tư liệu|chụp màn hình|đồ h[oọ][aạ]|cắt từ (?:clip|video)))\s*[)\]]?\s*\.?$",
    re.I,
)
# `… en Bolivia/Captura de pantalla de un reportaje`
_SCREENSHOT = re.compile(
    r"\s?/\s?((?:captura de pantalla|captura de tela|capture d['’]écran|screenshot|ảnh chụp màn hình)[^/]{0,40})$", re.I
)
# 「ソウルの国会前＝ＡＰ」: in Japan the agency, or 撮影 (photographed) and 提供 (provided), follows an equals sign
_EQUALS = re.compile(
    r"[＝=]((?:AP|ＡＰ|AFP|ＡＦＰ|ロイター|共同|時事|ゲッティ|EPA|新華社|聯合)[^＝=。]{0,12}|"
    r"[^＝=。、（(]{1,20}(?:撮影|提供))[）)]?$"
)
# 「…（取自王婉諭臉書）」「（記者王小明攝）」: taken from, photographed or provided by
_CJK_BRACKETED = re.compile(
    r"[(（【〔]((?:圖片?|照片|翻攝|截圖|擷取|取自|摘自|来自|來源|来源|图片?|資料來源)[^()（）]{1,40}"
    r"|[^()（）]{1,30}(?:攝|摄|提供|翻攝|拍攝|拍摄|撮影))[)）】〕]。?$"
)
# 「……留影。新华社记者 王小明 摄」
_CJK_TAIL = re.compile(
    r"(?:(?<=[。！？）」”])\s*+|(?<=\S\s))"
    r"((?:\w{0,5}(?:[记記]者|通[讯訊][员員])\s?|\w{2,8}\s)?[^\W\d_a-zA-Z]{2,4})\s?[攝摄]。?$"
)
_TRIMMED = " \t-–—|:,;/"


_OPENED = _TRIMMED + "([（【〔"
_INITIALS = re.compile(r"(?:^|\s)(?:\w{1,2}\.)+\w{1,2}$")  # `H.Y.T`: the last full stop is part of the name


def split(printed: str) -> tuple[str | None, str | None]:
    """Splits the text under a picture into (caption, credit); the credit without its label, either may be None."""
    for splitter in (
        _agency_only,
        _bracketed_first,
        _labelled,
        _by(_SIGN, 2),
        _by(_BARRED_TAIL, reach=_TAIL_LENGTH),
        _after_bar,
        _by(_PHOTO_BY, 2),
        _by(_EQUALS),
        _by(_CJK_BRACKETED),
        _by(_CJK_TAIL),
        _by(_LABEL_WITHOUT_COLON),
        _by(_LABEL_AND_NAME, 2),
        _by(_CAPITAL_LABEL, 2),
        _generic,
        _bracketed,
        _slashed,
        _behind_slash,
        _by(_SCREENSHOT),
        _by(_GIVEN),
        _by(_KOREAN),
        _by(_VIA),
        _by(_AGENCY_TAIL),
        _by(_AGENCY_BEHIND_DASH),
        _by(_PICTURE_BEHIND_DASH),
    ):
        parts = splitter(printed)
        if parts:
            caption, credit = parts
            if _INITIALS.search(credit) and printed.rstrip(" )]").endswith("."):
                credit += "."
            return _caption_or_none(caption.strip(_TRIMMED).rstrip(_OPENED)), name_only(credit) or None
    return _caption_or_none(printed), None


def _by(pattern: re.Pattern[str], credit: int = 1, reach: int = 10_000) -> Callable[[str], tuple[str, str] | None]:
    """A splitter by a pattern in the last characters, with the number of the group that is the credit behind the
    caption."""

    def split_by(printed: str) -> tuple[str, str] | None:
        match = pattern.search(printed, max(0, len(printed) - reach))
        return (printed[: match.start()], match[credit]) if match else None

    return split_by


def _caption_or_none(caption: str) -> str | None:
    return caption.strip() if any(map(str.isalnum, caption)) else None


def name_only(credit: str) -> str:
    """The name without label, brackets and sign: `(Ảnh: AFP/TTXVN)` is `AFP/TTXVN`."""
    name = phrases.BUTTON_BEHIND.sub("", credit.strip()).strip("()[]（）【】").strip().lstrip("/| ")
    if ")" in name and "(" not in name:
        name = name.partition(")")[0]
    if name.count("(") > name.count(")"):
        name += ")"
    while True:
        match = _LEADING.match(name)
        if not match or match.end() == len(name):
            name = _TAKEN_BY.sub("", name.strip(" \t|,;:-–—"))
            return name if _INITIALS.search(name.removesuffix(".")) else name.removesuffix(".")
        name = name[match.end() :].strip()


_TAKEN_BY = re.compile(r"(?<=\w\w)\s?(?:[摄攝]|撮影)$")
_LEADING = re.compile(  # without a colon only before two names: `FOTO RUI SILVA`, not `Foto Meyer`
    rf"(?:(?:{CREDIT_LABEL})\s*[:：／/=＝]|©|ⓒ|\([cC]\)|（[CＣ]）|℗"
    r"|(?:photo|picture|image|(?:photo )?illustration|graphic)s?(?: courtesy)? (?:by|of)\b|(?-i:By)(?=\s[A-ZÀ-Ý])"
    r"|фото(?=\s)|(?:foto|fot|dok|ph)\.(?=\s)|foto di(?=\s)|copyright(?=(?-i:\s+[A-ZÀ-ÝĐ][\w.'’-]*\s+[A-ZÀ-ÝĐ]))"
    r"|(?:foto|photo|fotó|ảnh)(?=(?-i:(?:\s+[A-ZÀ-ÝĐ][\w.'’-]*:?){2})))\s*",
    re.I,
)


def _labelled(printed: str) -> tuple[str, str] | None:
    """`Ảnh: Minh Anh` behind a caption. A label before a whole sentence belongs to the caption."""
    start = max(0, len(printed) - _LABELLED_TAIL)
    last_match = None
    while match := _LABELLED.search(printed, start):  # the last label wins: of `Ảnh: A (Nguồn: B)`, B
        start = match.start(1) + 1
        if _SLASHED_LABEL.search(match[1]) and _NAMED_BEFORE.search(printed[: match.start(1)]):
            continue  # `Mike Watson Images/Getty` is a name
        last_match = match
        if len(match[2]) < 60:
            break
    if last_match is None or len(last_match[2]) > 150 or _AGENCY_BEFORE.search(printed[: last_match.start(1)]):
        return None
    if not printed[: last_match.start(1)].strip(_TRIMMED + "[(") and is_sentence(last_match[2]):
        return printed, ""
    return printed[: last_match.start(1)], last_match[2]


_BRACKETED_FIRST = re.compile(
    rf"[(\[（【]\s*(?:{CREDIT_LABEL})\s*[:：]\s*([^()\[\]（）【】]{{2,60}})[)\]）】]\s*(?=\w)", re.I
)


def _bracketed_first(printed: str) -> tuple[str, str] | None:
    """`(Ảnh: Minh Anh)` before a caption."""
    match = _BRACKETED_FIRST.match(printed)
    return (printed[match.end() :], match[1]) if match else None


def is_sentence(text: str) -> bool:
    """Whether a text is more than names: many words, most of them lowercase, or long text in a script without case."""
    words = text.split()
    lowercase = sum(1 for word in words if word[:1].islower())
    return (len(words) > 6 and 2 * lowercase > len(words)) or (len(text) > 24 and text.lower() == text.upper())


_ONLY_LABEL = re.compile(rf"(?:{CREDIT_LABEL})\s?[:：]", re.I)
_AGENCY_BEFORE = re.compile(rf"\b(?:{AGENCY})\s*[/-]?\s*$")  # `AP Photo/Evan Vucci` is a name, not a label and a name


_CREDIT_LINE = re.compile(
    r"(?:[a-z]{2,4}(?:/[a-z]{2,4}){0,2} )?"  # `dpa/ots Foto: Ann Lee`
    r"(?:(?:titel|beitrags|aufmacher|header)?(?:foto|bild)s?(?:nachweis|quelle|rechte|credits?)?|photos?(?: credits?)?"
    r"|(?:photo|image)s? (?:by|courtesy(?: of)?)|crédits? photos?|(?:hình )?ảnh|images?(?: credits?)?|fot\.)"
    r"\s*[:©]+\s*(\S.+)",
    re.I,
)
_MAX_CREDIT_LINE = 100  # characters
_SLASHED_LABEL = re.compile(r"^[^\W\d_]+\s*/", re.I)
_NAMED_BEFORE = re.compile(r"[A-ZÀ-Ý][\w.'’-]*\s+$")


def _agency_only(printed: str) -> tuple[str, str] | None:
    """The whole text is an agency, alone or with a name, or a site: `example.com`."""
    name = printed.strip(" .()") if len(printed) <= _LONGEST_ALONE else ""
    return ("", printed) if _ALONE.fullmatch(name) or _SITE.fullmatch(name) else None


def _generic(printed: str) -> tuple[str, str] | None:
    match = _UNNAMED.search(printed)
    if match is None or not printed[: match.start(1)].strip(_OPENED):
        return None  # without other text it is the caption
    return printed[: match.start(1)], match[1]


def _bracketed(printed: str) -> tuple[str, str] | None:
    match = _BRACKETED.search(printed)
    if match and _SENTENCE_END.search(printed[: match.start()]) and _is_bracketed_name(match[1]):
        return printed[: match.start()], match[1]
    if match and (_NAMED_AGENCY.search(match[1]) or re.search(r"[^\W\d_]/[^\W\d_]|\bvia\b", match[1])):
        return printed[: match.start()], match[1]
    return None


# words in brackets behind a caption that are not a name
_NOT_A_NAME = re.compile(
    r"archiv|symbol|web-?s(?:ite|eite)|file\b|"
    r"stock|left|right|cent(?:er|re)|above|below|pictured|links|rechts|mitte|v\. ?l|"
    r"minh h[oọ][aạ]|illustrat|screenshot|bên (?:phải|trái)|ở giữa|đứng giữa|ngoài cùng|"
    r"hàng (?:trên|dưới|đầu)|thứ \w+ từ|"
    r"ảnh|montage|reproduc|\d{4}$|gauche|droite|izquierda|derecha",
    re.I,
)
_SITE = re.compile(r"[a-z\d][a-z\d.-]{1,60}\.[a-z]{2,12}")  # `… of the campaign. (example.com)`
_SENTENCE_END = re.compile(r"[.!?\"”»…]$")


def _is_bracketed_name(text: str) -> bool:
    """Whether words in brackets behind a sentence can be a photographer or an agency."""
    if _SITE.fullmatch(text):
        return True
    return text[:1].isupper() and len(text) <= 60 and not _NOT_A_NAME.search(text) and text.count(" ") < 8


def is_label(text: str) -> bool:
    """Whether a text is only the label of a credit: `Foto:`."""
    return bool(_ONLY_LABEL.fullmatch(text))


def of_line(line: str) -> str | None:
    """The credit in a credit line of an article: `Fotos: Ana Ruiz/dpa`."""
    match = _CREDIT_LINE.fullmatch(line) if len(line) <= _MAX_CREDIT_LINE else None
    return name_only(match[1]) or None if match and not is_sentence(match[1]) else None


def is_name(text: str) -> bool:
    """Whether a separate line is one or more names or an agency: short, and every long word capitalised."""
    if _NOT_A_NAME.search(text) or text[-1:] in ".!?:" or any(map(str.isdigit, text)):
        return bool(_LEADING.match(text)) and len(text) <= 60
    text = _BRACKETED_AGENCY.sub("", text)
    words = [word for word in re.split(r"[\s/,&|-]+", text) if word]
    if len(words) == 1:
        return bool(_NAMED_AGENCY.fullmatch(text))
    return 1 < len(words) <= 8 and all(word[0].isupper() or word[0] == "(" or len(word) < 4 for word in words)


def _slashed(printed: str) -> tuple[str, str] | None:
    """`Tên Tác Giả/TTXVN`: an agency behind a slash, the name before it."""
    tail = printed[-_TAIL_LENGTH:]
    if (agency_first := _AGENCY_FIRST.search(tail)) is not None:
        return printed[: len(printed) - len(agency_first[1])], agency_first[1]
    match = _SLASHED.search(tail)
    name_before = _NAME_BEFORE.search(tail[: match.start()][-60:]) if match else None
    if match is None or name_before is None:
        return None
    name = name_before[1]
    if match[0].startswith(" / ") and name[:1].islower() and not _NAMED_AGENCY.search(name):
        return printed[: len(printed) - len(match[0])], match[0].strip(" /")  # `praca / Shutterstock`: what one sees
    credit = tail[match.start() - len(name) :]
    return printed[: len(printed) - len(credit)], credit


def _behind_slash(printed: str) -> tuple[str, str] | None:
    """`Polizei in La Soledat / Lorenzo Marina`: names, but not one of two words in the caption."""
    match = _BEHIND_SLASH.search(printed, max(0, len(printed) - _TAIL_LENGTH))
    name = match[1].removesuffix(".").removesuffix(" nuotr") if match else ""  # Lithuanian: photograph
    is_credit = is_name(name) or re.fullmatch(_FREE, name)
    return (printed[: match.start()], match[1]) if match and is_credit else None


def _after_bar(printed: str) -> tuple[str, str] | None:
    match = _AFTER_BAR.search(printed)
    if match is None or ("|" in printed[: match.start()] and not is_name(match[1])):
        return None  # bars divide the parts of the caption
    return printed[: match.start()], match[1]
