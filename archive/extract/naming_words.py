"""Tables of words in class names and ids for the parts of a page: boilerplate, body, caption, credit, lead. Data only.

Regular expressions separated by white space; `_x` stands for an optional suffix, with or without a hyphen.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import html

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MAX_ID = 40  # characters; a longer one is a headline slug
_MAX_CLASS = 400
_CACHE_SIZE = 50_000


class ClassNamePattern:
    """A table of regular expressions, separated by white space, for whole words in class names and ids.

    `articleBody`, `article-body` and `article_body` are the same two words. `_x` in the table stands for
    `(?:-?\\w+)?`: any suffix.
    """

    def __init__(self, table: str) -> None:
        words = "|".join(table.replace("_x", r"(?:-?\w+)?").split())
        self._pattern = re.compile(rf"(?<![a-z\d])(?<![ -]no-)(?:{words})(?!\d*[a-wyz])")
        self._cache: dict[str, bool] = {}

    def name(self, element: html.HtmlElement) -> bool:
        """Whether the element's class or id matches."""
        return self.either(element.get("class"), element.get("id"))

    def either(self, class_name: str | None, element_id: str | None) -> bool:
        """Whether the class or the id matches."""
        if class_name and self._matches(class_name):
            return True
        return bool(element_id) and len(element_id or "") <= _MAX_ID and self._matches(element_id or "")

    def name_class(self, element: html.HtmlElement) -> bool:
        """Whether the element's class matches."""
        class_name = element.get("class")
        return bool(class_name) and self._matches(class_name)

    def _matches(self, name: str) -> bool:
        matched = self._cache.get(name)
        if matched is None:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            matched = self._cache[name] = bool(self._pattern.search(_normalized(name[:_MAX_CLASS])))
        return matched


@lru_cache(maxsize=_CACHE_SIZE)
def _normalized(name: str) -> str:
    lowered = name.lower()
    if lowered != name:
        lowered = _CAMEL.sub("-", name).lower()
    return f" {lowered.replace('_', '-')} "


# boilerplate: boxes around an article that are not part of it
BOILERPLATE = ClassNamePattern(
    r"""
    related(?!-?(?:images?|photos?|pictures?)(?![a-z]))_x relate(?:-?news)? recommend\w* recirc\w* read-?next
    read-?also see-?also
    more-?(?:stories|news|articles|from|on|in|links|coverage) most-?(?:read|viewed|popular|shared) trending up-?next
    you-?may(?:-?\w+)* newsletter\w* subscri\w+ sign-?up mailing\w* share(?!able)\w* sharing social\w* follow-?us
    playlist_x comments? comment-?\w+ disqus\w* respond reactions? advert\w* ads?
    ad-?(?:slot|unit|container|wrapper|block|box|label|zone|banner|placeholder)s? banner-?ads? dfp gpt-?ad
    taboola\w* outbrain\w* zergnet teads\w* breadcrumbs? nav navigation navbar footer
    cookies?-?(?:banner|consent|notice)? consent (?:\w+-)?(?:dsgvo|gdpr|rgpd)_x onetrust\w* cookiebot\w* borlabs\w*
    usercentrics\w* klaro cmplz\w* popup modal toolbar tag-?(?:list|cloud|links?) keywords?
    author-?(?:bio|box|info|card|about|profile) m-a-box about-?(?:the-?)?author print-?(?:only|hide) no-?print
    visually-?hidden sr-?only screen-?reader(?:-?text)? offscreen skip-?links? login donat\w+
    support-?us apoi[ae] apoyanos soutenez-?nous pagination pager carousel-?nav audio-?player tts byline\w*
    timestamp entry-?meta post-?meta article-?meta vjs\w* video-?js
    tin-?(?:lien-?quan|khac|moi|nong|doc-?nhieu|cung-?chuyen-?muc|tuc-?khac) cac-?tin-?khac lien-?quan
    binh-?luan chia-?se xem-?them doc-?them tu-?khoa y-?kien phan-?hoi quang-?cao
    list-?concern many-?pack cms-?relate sda-?\w+ box-?tin\w* news-?(?:other|relate\w*|hot|new) other-?news
    td-a-rec newsrelated relatednews(?:box)? relatedonenews listnewsincontent react-?relate
    link-?(?:content-?footer|source-?\w+) keysword republi(?:cation|sh)\w* cc-?(?:licen[cs]e|policy) disclaimer\w*
    """
)

# names that also occur on parts of an article: only boxes that are mostly links are boilerplate
MAYBE_BOILERPLATE = ClassNamePattern(
    r"""
    teasers?_x promo\w* popular suggest\w* sponsor\w* sidebars? menu paywall\w* tools tags? topics?_x bio register
    widgets? poll quiz survey feedback copyright legal rating votes? listen player-?\w+ meta-?(?:data|info) banners?
    rail rel tickers? linklist links? jump-?links?_x collection list-?news news-?list headlines? also more read-?more_x
    """
)

# boxes that are never part of an article, however much text they hold
ALWAYS_BOILERPLATE = ClassNamePattern(
    r"""
    comments?-?(?:list|section|area|wrapper|container|links|box|thread|feed)?(?=\s) disqus\w* breadcrumbs?
    cookies?-?(?:banner|consent|notice) (?:\w+-)?(?:dsgvo|gdpr|rgpd)_x onetrust\w* cookiebot\w* borlabs\w*
    usercentrics\w* klaro cmplz\w* taboola\w* outbrain\w* wrap-?comment (?:box-?)?binh-?luan
    """
)

FOOTER = ClassNamePattern("footer")

ADVERT = ClassNamePattern("ads? advert\\w* ad-?(?:slot|unit|box|label|banner|placeholder)s? quang-?cao")

# containers of the body of an article
BODY = ClassNamePattern(
    r"""
    (?:article|story|post|entry|news|page|main|detail|single|content|text|singular|rich|node)-{0,2}(?:body|content)_x
    (?:article|story|post|entry|news|page|main|detail|single|content|text|singular|rich|node)-{0,2}(?:text|detail)_x
    (?:article|story|post|entry|news|page|main|detail|single|content|text|rich)-{0,2}(?:copy|inner|main|paragraphs)_x
    (?:body|content|text)-{0,2}(?:article|story|post|news|detail|main|copy|text|content|body) article story
    maincontent_x fck-?detail cms-?body zce-?content-?body afcbc-?body content-?about-?baiviet noi-?dung\w*
    chi-?tiet\w* bai-?viet\w* b-?maincontent
    """
)

# names that only bodies have
SURELY_BODY = ClassNamePattern(
    r"""
    (?:entry|post|article|story|news|attribute|att)-{0,2}(?:content|body|text|copy)(?:-?(?:inner|main|text|detail))?
    (?:detail|single|singular)-{0,2}(?:content|body|text|copy)(?:-?(?:inner|main|text|detail))? articlebody
    fck-?detail maincontent cms-?body
    """
)

SUBHEAD = ClassNamePattern(
    r"sub-?head(?:line|ing|er)?s? inter-?titres? zwischen-?(?:titel|ueberschrift)s? cross-?head(?:ing)?s? ladillos?"
)

CAPTION = ClassNamePattern(
    r"""
    \w*captions?_x legends? bildunterschrift\w* bildtext
    (?:image|img|photo|picture|pic|(?:multi)?media|foto)-?(?:text|desc\w*|note|legend|info|title|cap|caption\w*)
    pie-?(?:de-?)?foto chu-?thich\w* image-?desc\w* note-?ignore p?caption figcaption\w* didascalia cutline
    wp-?caption-?text bildlegende kuvateksti legenda\w* leyenda\w* bijschrift onderschrift billed-?tekst
    bilde?-?tekst kep-?alairas popisek(?:-?fot\w*)? podpis-?(?:zdj\w*|foto) opis-?(?:zdj\w*|foto|slike)
    pie-?(?:de-?)?imagen foto-?beschrijving
    """
)

CREDIT = ClassNamePattern(
    r"""
    \w*credits?_x copyrights?_x photographers?_x
    (?:photo|image|img|picture|pi[cx]|media|foto|bild|caption|figure)-?(?:credit|author|source|by)s?_x
    (?:photo|image|img|picture|media|foto|bild|caption|figure)-?(?:byline|agency|copyright)s?_x
    (?:photo|image|img|picture|media|foto|bild|caption|figure)-?(?:owner|rights|quelle)s?_x bildquelle fotograf\w*
    bildnachweis fotografo fotograaf fotografia-?autor autor-?(?:foto|imagen|imagem|zdj\w*|snimke) foto-?autora?
    credito-?(?:foto|imagen|imagem)? rights-?holder photo-?cms-?author image-?byline byline-?(?:image|img|photo|foto)
    copyright-?\w+ urheber credit-?line bildautor\w*
    """
)

# in a caption: the picture's author
CREDIT_IN_CAPTION = ClassNamePattern(
    r"""
    \w*-?authors?_x agenc(?:y|ies)_x sources?_x rights_x owners?_x photograph\w* tac-?gia nguon(?:-?anh)? bild-?rechte
    creators? distributors?
    """
)

CENTRED = ClassNamePattern(r"p?center text-center align-?center pcaption note")

PICTURE_BOX = ClassNamePattern(
    r"(?:article-?|news-?|main-?)?(?:img|image|photo|picture|pic|figure|anh)(?:-?(?:box|wrap\w*|cont\w*))?"
)

GALLERY = ClassNamePattern(
    r"""
    \w*carousel\w* \w*slid(?:e|es|er|eshow|eshows) \w*galler(?:y|ies) swiper\w* lightbox image_x photo_x
    \w*captions?
    """
)

PORTRAIT = ClassNamePattern(
    r"""
    authors?_x autor_x auteurs?_x avatars? profile\w* by-?lines?_x contributors?_x writer headshot gravatar
    """
)

LEAD = ClassNamePattern(
    r"""
    sapo_x \w*sapo trich-?dan tom-?tat cms-?desc alead lead lede lead-?in leadtext standfirst dek deck summary subtitle
    sub-?headline
    sub-?heading sub-?title subhead intro introduction introtext abstract excerpt chapo chapeau teaser-?text vorspann
    ingress kicker-?text bajada entradilla sumario perex description desc strapline synopsis preamble
    """
)
