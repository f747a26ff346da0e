"""Names of months, AM/PM and time zones as newspapers print them. Data only."""

from __future__ import annotations

# One paragraph per month, in order; names and abbreviations of English, German, Dutch, French, Spanish, Portuguese,
# Italian, Catalan, Romanian, Danish, Norwegian, Swedish, Finnish, Icelandic, Polish, Czech, Turkish, Indonesian, Malay,
# Russian, Ukrainian, Bulgarian, Greek and Arabic. Abbreviations that mean different months in two languages are
# omitted.
_MONTH_NAMES = """
january jan januar jänner janvier janv enero ene gener janeiro gennaio gen ianuarie januari tammikuu tammikuuta
janúar stycznia sty ledna leden ocak oca января янв січня януари ιανουαρίου ιαν
يناير جانفي

february feb februar febbraio febrer februari februarie février févr fevrier fév febrero fevereiro fev febr helmikuu
helmikuuta febrúar lutego lut února únor şubat şub februarie февраля фев лютого февруари φεβρουαρίου φεβ
فبراير شباط فيفري

march mar märz mrz maart mars marzo março martie marts març maaliskuu maaliskuuta marca března březen mart maret mac
марта мар березня март μαρτίου μαρ
مارس آذار

april apr avril avr abril abr aprile aprilie huhtikuu huhtikuuta apríl kwietnia kwi dubna duben nisan nis апреля апр
квітня април απριλίου απρ
أبريل نيسان أفريل ابريل

may mai mei mayo maio maggio mag maj mai toukokuu toukokuuta maí maja května květen mayıs мая май травня μαΐου
مايو أيار ماي

june jun juni juin junio junho giugno giu juny iunie kesäkuu kesäkuuta júní czerwca cze června červen haziran haz
июня июн червня юни ιουνίου ιουν
يونيو حزيران جوان

july jul juli juillet juil julio julho luglio lug juliol iulie heinäkuu heinäkuuta júlí lipca lip července červenec
temmuz tem июля июл липня юли ιουλίου ιουλ
يوليو تموز جويلية

august aug août aout agosto ago agost augustus elokuu elokuuta ágúst sierpnia sie srpna srpen ağustos ağu agustus
agu ogos августа авг серпня αυγούστου αυγ
أغسطس آب اغسطس أوت

september sep sept septembre septiembre setiembre setembro set settembre setembre septembrie syyskuu syyskuuta
września wrz září eylül eyl сентября сен сент вересня септември σεπτεμβρίου σεπ
سبتمبر أيلول

october oct oktober okt octobre octubre outubro out ottobre ott octombrie lokakuu lokakuuta október października paź
října říjen ekim eki okt октября окт жовтня октомври οκτωβρίου οκτ
أكتوبر اكتوبر

november nov novembre noviembre novembro noiembrie marraskuu marraskuuta nóvember listopada lis listopadu kasım kas
ноября ноя листопада ноември νοεμβρίου νοε
نوفمبر

december dec dezember dez décembre déc decembre diciembre dic dezembro dicembre desembre decembrie desember joulukuu
joulukuuta grudnia gru prosince prosinec aralık ara des disember декабря дек грудня декември δεκεμβρίου δεκ
ديسمبر
"""

MONTHS: dict[str, int] = {
    name: number for number, row in enumerate(_MONTH_NAMES.strip().split("\n\n"), 1) for name in row.split()
}

# Longest first, so that "mar" does not cut "marzo"; no letter may follow the name.
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")(?!\w)"

# PM: English, Vietnamese (chiều, CH); German and Spanish do not print it.
AFTERNOON = r"(?:pm|p\.m\.|ch|chiều|tối)"

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
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
}  # fmt: skip
