"""Báo Phú Thọ, baophutho.vn: the successor of Báo Vĩnh Phúc. Same system as baothanhhoa.vn.

The publisher scrambles about half of its bodies: such a page gets the kind `obfuscated`, and is never unscrambled.
"""

from datetime import date

from archive.rules.base import Rules, cls

HOSTS = ("baophutho.vn",)

RULES = (
    Rules(
        name="baophutho",
        body=("//div[@id='dcontent']",),
        published=(f"//*[{cls('pdate')} or {cls('stime')} or {cls('date-detail')}]",),
        version=2,
        valid_from=date(2021, 1, 1),
    ),
    Rules(
        name="baophutho",
        body=("//div[@id='content']",),
        lead=("(//span[contains(@style, 'Tahoma')]//strong)[1]",),
        published=(f"//div[{cls('pt-post-detail__time')}]",),
        version=1,
        valid_until=date(2021, 12, 31),
    ),
)
