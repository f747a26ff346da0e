"""Words by which newsrooms name the parts of a page, in class names and ids and in headings: data."""

from __future__ import annotations

import re
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


_LONGEST_ID = 40
_LONGEST_CLASS = 400


@lru_cache(maxsize=20_000)
def _hyphened(names: str) -> str:
    return " " + _CAMEL.sub("-", names).replace("_", "-").lower() + " "


def _words(*words: str) -> re.Pattern[str]:
    return re.compile(r"(?<![a-z])(?:" + "|".join(words) + r")(?![a-z])")


# boxes around an article that are not part of it
FURNITURE = _words(
    r"related(?:-?\w+)?", r"relate(?:-?news)?", r"recommend\w*", r"recirc\w*", r"read-?more(?:-?\w+)?", r"read-?next", r"read-?also", r"see-?also",
    r"more-?(?:stories|news|articles|from|on|in|links|coverage)", r"most-?(?:read|viewed|popular|shared)", r"trending", r"up-?next",
    r"you-?may(?:-?\w+)*", r"newsletter\w*", r"subscri\w+", r"sign-?up", r"mailing\w*", r"share\w*", r"sharing", r"social\w*", r"follow-?us",
    r"comments?", r"comment-?\w+", r"disqus\w*", r"respond", r"reactions?", r"advert\w*", r"ads?", r"ad-?(?:slot|unit|container|wrapper|block|box|label|zone|banner|placeholder)s?",
    r"banner-?ads?", r"dfp", r"gpt-?ad", r"taboola\w*", r"outbrain\w*", r"zergnet", r"teads\w*", r"breadcrumbs?",
    r"nav", r"navigation", r"navbar", r"footer", r"cookies?-?(?:banner|consent|notice)?", r"consent", r"popup", r"modal",
    r"toolbar", r"tag-?(?:list|cloud|links?)", r"keywords?", r"author-?(?:bio|box|info|card|about|profile)", r"about-?(?:the-?)?author",
    r"print-?(?:only|hide)", r"no-?print", r"visually-?hidden", r"sr-?only", r"screen-?reader(?:-?text)?", r"offscreen", r"skip-?links?", r"jump-?links?", r"login", r"donat\w+", r"support-?us",
    r"pagination", r"pager", r"carousel-?nav", r"audio-?player", r"tts", r"byline\w*", r"timestamp", r"entry-?meta", r"post-?meta", r"article-?meta", r"vjs\w*", r"video-?js",
    # Vietnamese newsrooms
    r"tin-?(?:lien-?quan|khac|moi|nong|doc-?nhieu|cung-?chuyen-?muc|tuc-?khac)", r"cac-?tin-?khac", r"lien-?quan", r"binh-?luan", r"chia-?se", r"xem-?them", r"doc-?them",
    r"tu-?khoa", r"y-?kien", r"phan-?hoi", r"quang-?cao", r"list-?concern", r"many-?pack", r"cms-?relate", r"sda-?\w+", r"box-?tin\w*", r"news-?(?:other|relate\w*|hot|new)", r"other-?news",
    r"newsrelated", r"relatednews(?:box)?", r"relatedonenews", r"listnewsincontent", r"react-?relate", r"link-?(?:content-?footer|source-?\w+)", r"keysword",
)  # fmt: skip

# names that also occur on parts of an article: only boxes full of links are left out
MAYBE_FURNITURE = _words(
    r"teasers?(?:-?\w+)?", r"promo\w*", r"popular", r"suggest\w*", r"sponsor\w*", r"sidebars?", r"menu", r"paywall\w*", r"tools", r"tags?", r"topics?(?:-?\w+)?", r"bio", r"register",
    r"widgets?", r"poll", r"quiz", r"survey", r"feedback", r"copyright", r"legal", r"rating", r"votes?", r"listen", r"player-?\w+", r"meta-?(?:data|info)", r"banners?", r"rail", r"linklist", r"links?",
    r"collection", r"list-?news", r"news-?list", r"headlines?", r"also", r"more",
)  # fmt: skip

# those that are never part of an article, however much text they hold
NEVER = _words(
    r"comments?-?(?:list|section|area|wrapper|container)?",
    r"disqus\w*",
    r"footer",
    r"breadcrumbs?",
    r"cookies?-?(?:banner|consent|notice)",
    r"taboola\w*",
    r"outbrain\w*",
    r"wrap-?comment",
)

# where newsrooms keep the body of an article
BODY = _words(
    r"(?:article|story|post|entry|news|page|main|detail|single|content|text|singular|rich|node|maincontent)-{0,2}(?:body|content|text|detail|copy|inner|main|paragraphs)(?:-?\w+)?",
    r"(?:body|content|text)-{0,2}(?:article|story|post|news|detail|main|copy|text|content|body)", r"article", r"story", r"maincontent", r"fck-?detail", r"cms-?body", r"zce-?content-?body", r"afcbc-?body",
    r"content-?about-?baiviet", r"noi-?dung\w*", r"chi-?tiet\w*", r"bai-?viet\w*", r"b-?maincontent",
)  # fmt: skip

# the names that are given to nothing else
SURELY_BODY = _words(
    r"(?:entry|post|article|story|news|detail|single|singular)-{0,2}(?:content|body|text|copy)(?:-?(?:inner|main|text|detail))?",
    r"articlebody",
    r"fck-?detail",
    r"maincontent",
    r"cms-?body",
)

CAPTION = _words(
    r"\w*captions?(?:-?\w+)?", r"legends?", r"bildunterschrift\w*", r"bildtext", r"(?:image|img|photo|picture|pic|media|foto)-?(?:text|desc\w*|note|legend|info|title|caption\w*)",
    r"pie-?(?:de-?)?foto", r"chu-?thich\w*", r"image-?desc\w*", r"note-?ignore", r"p?caption", r"figcaption\w*", r"didascalia", r"cutline", r"wp-?caption-?text", r"bildlegende", r"kuvateksti",
)  # fmt: skip

CREDIT = _words(
    r"\w*credits?(?:-?\w+)?", r"copyrights?(?:-?\w+)?", r"photographers?(?:-?\w+)?", r"(?:photo|image|img|picture|media|foto|bild|caption|figure)-?(?:credit|author|source|by|byline|agency|copyright|owner|rights|quelle)s?(?:-?\w+)?",
    r"bildquelle", r"fotograf\w*", r"bildnachweis", r"rights-?holder", r"photo-?cms-?author", r"image-?byline", r"copyright-?\w+", r"urheber", r"credit-?line",
)  # fmt: skip

GALLERY = _words(
    r"\w*carousel\w*",
    r"\w*slid(?:e|es|er|eshow|eshows)",
    r"\w*galler(?:y|ies)",
    r"swiper\w*",
    r"lightbox",
    r"image(?:-?\w+)?",
    r"photo(?:-?\w+)?",
    r"\w*captions?",
)

PORTRAIT = _words(
    r"authors?(?:-?\w+)?",
    r"avatars?",
    r"profile\w*",
    r"by-?lines?(?:-?\w+)?",
    r"contributors?(?:-?\w+)?",
    r"writer",
    r"headshot",
    r"gravatar",
)

LEAD = _words(
    r"sapo(?:-?\w+)?", r"\w*-?sapo", r"(?:article|story|post|news|entry|page|detail|content|single)?-{0,2}(?:lead|lede|standfirst|dek|deck|summary|subtitle|sub-?headline|sub-?heading|sub-?title|intro|introduction|abstract|excerpt|chapo|chapeau|teaser-?text|vorspann|ingress|kicker-?text|subhead|bajada|entradilla|perex|description|desc|strapline|synopsis|preamble)(?:-{0,2}(?:text|content|paragraph))?",
    r"alead", r"lead-?in", r"vorspann", r"cms-?desc",
)  # fmt: skip


def names(element_class: str | None, element_id: str | None) -> str:
    """Class and id as one lower-case string in which words are divided by hyphens and spaces."""
    if element_id and len(element_id) > _LONGEST_ID:
        element_id = None  # a slug made of a headline
    return _hyphened(f"{(element_class or '')[:_LONGEST_CLASS]} {element_id or ''}")


@lru_cache(maxsize=50_000)
def _matches(pattern: re.Pattern[str], hyphened: str) -> bool:
    return bool(pattern.search(hyphened))


def matches(pattern: re.Pattern[str], element_class: str | None, element_id: str | None = None) -> bool:
    """Whether a class name or an id says so."""
    if not element_class and not element_id:
        return False
    return _matches(pattern, names(element_class, element_id))
