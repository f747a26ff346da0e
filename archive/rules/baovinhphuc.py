"""Báo Vĩnh Phúc, baovinhphuc.com.vn: the paper of Vĩnh Phúc province until its merger on 1 July 2025.

The XPaths were in use by another reader in 2019 and 2020; what the site looked like later nobody has written down.
`headline` is not known. A page they do not fit is read by its structure.
"""

from archive.rules.base import Rules, cls

HOSTS = ("baovinhphuc.com.vn",)

_BODY = f"//div[{cls('content-about-baiviet')}]"

RULES = (
    Rules(
        name="baovinhphuc",
        body=(_BODY,),
        # no class of its own: the first paragraph with bold text
        lead=(f"({_BODY}/p[.//strong][string-length(normalize-space(.//strong)) > 40])[1]",),
        published=(
            f"//div[{cls('titleDdtail')} and {cls('padT4')} and {cls('padB10')}]",
            f"//div[{cls('titleDdtail')}]",
        ),
        caption=(f".//div[{cls('articleimg_caption')}]",),
    ),
)
