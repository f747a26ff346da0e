"""Names of months, AM/PM and time zones as newspapers print them, and the zones of country domains. Data only.

Lists only countries with one civil time. Nothing is inferred from a language: Spanish, English and Portuguese are
written in many time zones.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

# One paragraph per month, in order; names and abbreviations of English, German, Dutch, French, Spanish, Portuguese,
# Italian, Catalan, Romanian, Danish, Norwegian, Swedish, Finnish, Icelandic, Polish, Czech, Turkish, Indonesian, Malay,
# Russian, Ukrainian, Bulgarian, Greek, Arabic, Hungarian, Slovak, Slovenian, Croatian, Serbian, Lithuanian, Latvian,
# Estonian, Hindi, Hebrew and Vietnamese (with _ for a space). Names and abbreviations that mean different months in two
# languages are omitted.
_MONTH_NAMES = """
january jan januar jänner janvier janv enero ene gener janeiro gennaio gen ianuarie januari tammikuu tammikuuta
janúar stycznia sty ledna leden ocak oca января янв січня януари ιανουαρίου ιαν
يناير جانفي
január januára januarja siječnja sausio janvāris janvārī jaanuar јануар јануара जनवरी ינואר
tháng_một tháng_giêng

february feb februar febbraio febrer februari februarie février févr fevrier fév febrero fevereiro fev febr helmikuu
helmikuuta febrúar lutego lut února únor şubat şub februarie февраля фев лютого февруари φεβρουαρίου φεβ
فبراير شباط فيفري
február februára februarja veljače vasario februāris februārī veebruar фебруар фебруара फरवरी פברואר
tháng_hai

march mar märz mrz maart mrt mars marzo março martie marts març maaliskuu maaliskuuta marca března březen mart maret mac
марта мар березня март μαρτίου μαρ
مارس آذار
március márc marec ožujka kovo martā märts मार्च מרץ
tháng_ba

april apr avril avr abril abr aprile aprilie huhtikuu huhtikuuta apríl kwietnia kwi dubna duben nisan nis апреля апр
квітня април απριλίου απρ
أبريل نيسان أفريل ابريل
április ápr apríla aprila travnja balandžio aprīlis aprīlī aprill अप्रैल אפריל
tháng_tư tháng_bốn

may mai mei mayo maio maggio mag maj mai toukokuu toukokuuta maí maja května květen mayıs мая май травня μαΐου
مايو أيار ماي
május máj mája svibnja gegužės maijs maijā мај मई מאי
tháng_năm

june jun juni juin junio junho giugno giu juny iunie kesäkuu kesäkuuta júní czerwca cze června červen haziran haz
июня июн червня юни ιουνίου ιουν
يونيو حزيران جوان
június jún júna junij junija lipnja birželio jūnijs jūnijā juuni јун јуна जून יוני
tháng_sáu

july jul juli juillet juil julio julho luglio lug juliol iulie heinäkuu heinäkuuta júlí lipca lip července červenec
temmuz tem июля июл липня юли ιουλίου ιουλ
يوليو تموز جويلية
július júl júla julij julija srpnja liepos jūlijs jūlijā juuli јул јула जुलाई יולי
tháng_bảy tháng_bẩy

august aug août aout agosto ago agost augustus elokuu elokuuta ágúst sierpnia sie srpna srpen ağustos ağu agustus
agu ogos августа авг серпня αυγούστου αυγ
أغسطس آب اغسطس أوت
augusztus augusta avgust avgusta kolovoza rugpjūčio augusts augustā август अगस्त אוגוסט
tháng_tám

september sep sept septembre septiembre setiembre setembro set settembre setembre septembrie syyskuu syyskuuta
września wrz září eylül eyl сентября сен сент вересня септември σεπτεμβρίου σεπ
سبتمبر أيلول
szeptember szept septembra rujna rugsėjo septembris septembrī септембар септембра सितंबर ספטמבר
tháng_chín

october oct oktober okt octobre octubre outubro out ottobre ott octombrie lokakuu lokakuuta október października paź
října říjen ekim eki okt октября окт жовтня октомври οκτωβρίου οκτ
أكتوبر اكتوبر
októbra oktobra spalio oktobris oktobrī oktoober октобар октобра अक्टूबर אוקטובר
tháng_mười

november nov novembre noviembre novembro noiembrie marraskuu marraskuuta nóvember listopada lis listopadu kasım kas
ноября ноя листопада ноември νοεμβρίου νοε
نوفمبر
novembra studenoga studenog lapkričio novembris novembrī новембар новембра नवंबर נובמבר
tháng_mười_một

december dec dezember dez décembre déc decembre diciembre dic dezembro dicembre desembre decembrie desember joulukuu
joulukuuta grudnia gru prosince prosinec aralık ara des disember декабря дек грудня декември δεκεμβρίου δεκ
ديسمبر
decembra prosinca gruodžio decembris decembrī detsember децембар децембра दिसंबर דצמבר
tháng_mười_hai tháng_chạp
"""

MONTHS: dict[str, int] = {
    name.replace("_", " "): number
    for number, row in enumerate(_MONTH_NAMES.strip().split("\n\n"), 1)
    for name in row.split()
}

# Longest first, so that "mar" does not cut "marzo"; no letter may follow the name.
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")(?!\w)"

# PM: English, Vietnamese (chiều, CH); German and Spanish do not print it.
_AFTERNOON_BEFORE = r"오후|下午|午後|晚上"
AFTERNOON = rf"(?:pm|p\.m\.|ch|chiều|tối|مساءً?ا?|μ\.?μ\.?|{_AFTERNOON_BEFORE})"
MORNING = r"(?:am|a\.m\.|sa|sáng|صباح(?:اً|ًا|ا)?|π\.?μ\.?)"
HALF_BEFORE = rf"{_AFTERNOON_BEFORE}|오전|上午|午前|早上"  # in front of the hour

# Zone abbreviations behind a time of day. Those of zones with summer time mean the zone, not the offset: American
# papers print EST in July and European ones CET. CST and IST are omitted: each is ambiguous.
ZONES: dict[str, str] = {
    "UTC": "UTC", "GMT": "UTC", "WET": "Europe/Lisbon", "WEST": "Europe/Lisbon", "BST": "Europe/London",
    "CET": "Europe/Paris",
    "CEST": "Europe/Paris", "MEZ": "Europe/Paris", "MESZ": "Europe/Paris", "EET": "Europe/Helsinki",
    "EEST": "Europe/Helsinki",
    "SAST": "Africa/Johannesburg", "CAT": "Africa/Maputo", "WAT": "Africa/Lagos", "EAT": "Africa/Nairobi",
    "MSK": "Europe/Moscow", "TRT": "Europe/Istanbul",
    "PKT": "Asia/Karachi", "ICT": "Asia/Ho_Chi_Minh", "WIB": "Asia/Jakarta", "WITA": "Asia/Makassar",
    "WIT": "Asia/Jayapura", "SGT": "Asia/Singapore",
    "HKT": "Asia/Hong_Kong", "JST": "Asia/Tokyo", "KST": "Asia/Seoul", "AWST": "Australia/Perth",
    "AEST": "Australia/Brisbane",
    "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland", "ET": "America/New_York",
    "EST": "America/New_York",
    "EDT": "America/New_York", "CDT": "America/Chicago", "MST": "America/Denver", "MDT": "America/Denver",
    "PT": "America/Los_Angeles",
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "HST": "Pacific/Honolulu", "AKST": "America/Anchorage",
    "AKDT": "America/Anchorage", "NST": "America/St_Johns", "NDT": "America/St_Johns",
}  # fmt: skip


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
        "tw:Taipei vn:Ho_Chi_Minh cn:Shanghai af:Kabul bh:Bahrain bn:Brunei bt:Thimphu cy:Nicosia kg:Bishkek mo:Macau "
        "om:Muscat uz:Tashkent ye:Aden"
    ),
    "Africa": (
        "dz:Algiers eg:Cairo et:Addis_Ababa gh:Accra ke:Nairobi ls:Maseru ma:Casablanca na:Windhoek ng:Lagos "
        "tn:Tunis tz:Dar_es_Salaam ug:Kampala za:Johannesburg zm:Lusaka zw:Harare bw:Gaborone "
        "ao:Luanda bf:Ouagadougou bj:Porto-Novo ci:Abidjan cm:Douala ml:Bamako mw:Blantyre mz:Maputo ne:Niamey "
        "rw:Kigali sl:Freetown sn:Dakar tg:Lome"
    ),
    "Atlantic": ("is:Reykjavik"),
    "America": (
        "pe:Lima uy:Montevideo ve:Caracas bo:La_Paz py:Asuncion cr:Costa_Rica gt:Guatemala pa:Panama jm:Jamaica "
        "ar:Buenos_Aires bb:Barbados bs:Nassau bz:Belize cl:Santiago co:Bogota cu:Havana do:Santo_Domingo ec:Guayaquil "
        "gd:Grenada gy:Guyana hn:Tegucigalpa ht:Port-au-Prince lc:St_Lucia ni:Managua pr:Puerto_Rico sr:Paramaribo "
        "sv:El_Salvador tt:Port_of_Spain"
    ),
    "Pacific": ("fj:Fiji nz:Auckland pg:Port_Moresby"),
}

_BY_DOMAIN = {
    domain: f"{area}/{city}"
    for area, row in _ZONES.items()
    for domain, city in (pair.split(":") for pair in row.split())
}


# languages whose newspapers live in one time zone: the country domain of each
_LANGUAGES = (
    "ko:kr ja:jp zh:cn pl:pl cs:cz sk:sk hu:hu fi:fi sv:se da:dk nb:no no:no is:is et:ee lv:lv lt:lt it:it el:gr "
    "ro:ro bg:bg hr:hr sl:si mk:mk tr:tr uk:ua he:il fa:ir th:th"
)
_OF_LANGUAGE = dict(pair.split(":") for pair in _LANGUAGES.split())
_SCRIPTS = (("ko", "가", "힣"), ("ja", "ぁ", "ヿ"), ("zh", "一", "鿿"))


def zone_of_language(language: str | None, headline: str) -> ZoneInfo | None:
    """The time zone in which all papers of this language, or in the headline's script, live."""
    scripts = (name for name, first, last in _SCRIPTS if any(first <= sign <= last for sign in headline))
    domain = _OF_LANGUAGE.get(language or next(scripts, ""))
    return ZoneInfo(_BY_DOMAIN[domain]) if domain else None


def observes(zone: ZoneInfo, offset: tzinfo) -> bool:
    """Whether a zone has this UTC offset at some time of the year."""
    seasons = (datetime(2026, 1, 1, tzinfo=zone), datetime(2026, 7, 1, tzinfo=zone))
    return offset.utcoffset(None) in {season.utcoffset() for season in seasons}


def zone_of_host(host: str) -> ZoneInfo | None:
    """The time zone of the host's country domain; None for .com and countries with several zones."""
    name = _BY_DOMAIN.get(host.lower().rpartition(".")[2])
    return ZoneInfo(name) if name else None
