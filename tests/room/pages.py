"""Every kind of page there is, on the demo's archive."""

PAGES = {
    "front": "/",
    "front in English": "/?lang=en",
    "article": "/-/article/{bridge}",
    "old version": "/-/article/{bridge}/v1",
    "article that is gone": "/-/article/{gone}",
    "article with a table": "/-/article/{table}",
    "comparison": "/-/diff/{bridge}/v1..v3",
    "comparison side by side": "/-/diff/{bridge}/v1..v3?view=beside",
    "comparison of pictures": "/-/diff/{replaced}/v1..v2",
    "capture": "/-/capture/{capture}",
    "search": "/-/search?q=song+thao",
    "search with filters": "/-/search?q=xa&edited=1&section=Kinh+t%E1%BA%BF&since=2026-05-01",
    "search without words": "/-/search",
    "search for nothing": "/-/search?q=khongco",
    "search that is none": "/-/search?q=%22%22",
    "articles": "/-/new",
    "edits": "/-/edits?order=weight",
    "disappearances": "/-/gone",
    "day": "/-/day/2026-05-18",
    "photographs": "/-/photos",
    "photographs of one place": "/-/photos?place=thao",
    "calendar": "/-/calendar",
    "front page of a day": "/-/front",
    "where an article stood": "/-/article/{bridge}/places",
    "no such article": "/-/article/999",
}
"""By what they are; what stands in braces is a number that NUMBERS finds."""

_BRIDGE = "SELECT id FROM articles WHERE headline = 'Thông xe kỹ thuật cầu Bến Gót bắc qua sông Thao'"
NUMBERS = {
    "bridge": _BRIDGE,
    "capture": f"SELECT capture_id FROM versions WHERE number = 1 AND article_id = ({_BRIDGE})",
    "gone": "SELECT id FROM articles WHERE headline = 'Bắt quả tang hai tàu hút cát trong đêm'",
    "table": "SELECT article_id FROM versions JOIN texts ON version_id = versions.id WHERE layout LIKE '%table%' LIMIT 1",
    "replaced": "SELECT article_id FROM versions WHERE words_of IS NOT NULL LIMIT 1",
}
"""The demo's server answers in no lasting order, so articles have other numbers in every archive of it."""
