"""Báo Vĩnh Phúc, baovinhphuc.com.vn: the paper of Vĩnh Phúc province until its merger on 1 July 2025.

Another scraper used these XPaths in 2019 and 2020; the later markup of the site is not documented. `headline` is not
known. A page without a match is extracted by its structure.
"""

from archive.rules.base import Rules, cls

HOSTS = ("baovinhphuc.com.vn",)

_BODY = f"//div[{cls('content-about-baiviet')}]"

RULES = (
    Rules(
        name="baovinhphuc",
        body=(_BODY,),
        # the lead has no class: the first paragraph with bold text
        lead=(f"({_BODY}/p[.//strong][string-length(normalize-space(.//strong)) > 40])[1]",),
        published=(
            f"//div[{cls('titleDdtail')} and {cls('padT4')} and {cls('padB10')}]",
            f"//div[{cls('titleDdtail')}]",
        ),
        caption=(f".//div[{cls('articleimg_caption')}]",),
    ),
)
