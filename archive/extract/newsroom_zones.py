"""Maps country domains to time zones, for newsrooms whose stamps have no zone.

Lists only countries with one civil time. Nothing is inferred from a language: Spanish, English and Portuguese are
written in many time zones.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

_ZONES = {
    "Europe": (
        "at:Vienna be:Brussels bg:Sofia ch:Zurich cz:Prague de:Berlin dk:Copenhagen ee:Tallinn es:Madrid "
        "fi:Helsinki fr:Paris gr:Athens hr:Zagreb hu:Budapest ie:Dublin it:Rome li:Vaduz lt:Vilnius lu:Luxembourg "
        "lv:Riga md:Chisinau mk:Skopje mt:Malta nl:Amsterdam no:Oslo pl:Warsaw pt:Lisbon ro:Bucharest rs:Belgrade "
        "se:Stockholm si:Ljubljana sk:Bratislava tr:Istanbul ua:Kiev uk:London al:Tirane ba:Sarajevo by:Minsk"
    ),
    "Asia": (
        "ae:Dubai am:Yerevan az:Baku bd:Dhaka ge:Tbilisi hk:Hong_Kong il:Jerusalem in:Kolkata iq:Baghdad ir:Tehran "
        "jo:Amman jp:Tokyo kh:Phnom_Penh kr:Seoul kw:Kuwait lb:Beirut lk:Colombo mm:Yangon "
        "my:Kuala_Lumpur np:Kathmandu ph:Manila pk:Karachi qa:Qatar sa:Riyadh sg:Singapore sy:Damascus th:Bangkok "
        "tw:Taipei vn:Ho_Chi_Minh cn:Shanghai"
    ),
    "Africa": (
        "dz:Algiers eg:Cairo et:Addis_Ababa gh:Accra ke:Nairobi ls:Maseru ma:Casablanca na:Windhoek ng:Lagos "
        "sn:Dakar tn:Tunis tz:Dar_es_Salaam ug:Kampala za:Johannesburg zm:Lusaka zw:Harare bw:Gaborone"
    ),
    "Atlantic": ("is:Reykjavik"),
    "America": (
        "pe:Lima uy:Montevideo ve:Caracas bo:La_Paz py:Asuncion cr:Costa_Rica gt:Guatemala pa:Panama jm:Jamaica"
    ),
    "Pacific": ("fj:Fiji"),
}

_BY_DOMAIN = {
    domain: f"{area}/{city}"
    for area, row in _ZONES.items()
    for domain, city in (pair.split(":") for pair in row.split())
}


def observes(zone: ZoneInfo, offset: tzinfo) -> bool:
    """Whether a zone has this UTC offset at some time of the year."""
    seasons = (datetime(2026, 1, 1, tzinfo=zone), datetime(2026, 7, 1, tzinfo=zone))
    return offset.utcoffset(None) in {season.utcoffset() for season in seasons}


def zone_of_host(host: str) -> ZoneInfo | None:
    """The time zone of the host's country domain; None for .com and countries with several zones."""
    name = _BY_DOMAIN.get(host.lower().rpartition(".")[2])
    return ZoneInfo(name) if name else None
