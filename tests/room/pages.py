"""Every kind of page there is, on the demo's archive."""

PAGES = {
    "front": "/",
    "front in English": "/?lang=en",
    "article": "/-/article/22",
    "old version": "/-/article/22/v1",
    "article that is gone": "/-/article/2",
    "article with a table": "/-/article/{table}",
    "comparison": "/-/diff/22/v1..v3",
    "comparison side by side": "/-/diff/22/v1..v3?view=beside",
    "comparison of pictures": "/-/diff/{replaced}/v1..v2",
    "capture": "/-/capture/40",
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
    "no such article": "/-/article/999",
}
"""By what they are; `{table}` and `{replaced}` stand for numbers of articles that have a table, or a replaced picture."""
