"""Canned queries for ten topics, as plain SQL: docs, Datasette and the benchmarks take them from here.

Every statement runs unchanged in Datasette and, with its parameters set, in sqlite3. The steps in
archive/storage/migrations create the indexes and tables that make them fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Question:
    """One canned query. name: not that of a table or view, because Datasette gives each a page. parameters: each with
    an example that finds rows in the demo's archive."""

    name: str
    title: str
    sql: str
    parameters: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic people ask about, why they do, and the queries that answer it."""

    title: str
    why: str
    questions: tuple[Question, ...]


# A URL as in the browser, or without its scheme; the port, which the demo's server has, is ignored.
# `luubao versions` also finds rarer spellings.
_ARTICLE = """(
    WITH bare(address) AS (
      SELECT rtrim(replace(replace(replace(:address, 'https://', ''), 'http://', ''), 'www.', ''), '/')
    ),
    cut(address, host, path) AS (
      SELECT address, substr(address, 1, instr(address || '/', '/') - 1), substr(address, instr(address || '/', '/'))
      FROM bare
    )
    SELECT article_id FROM aliases, cut
    WHERE outlet_id IN (SELECT id FROM outlets)
      AND url_key IN (address, substr(host, 1, instr(host || ':', ':') - 1) || path)
  )"""

_HISTORY = Question(
    "history",
    "Every version of an article",
    f"""
SELECT number, first_seen_at, changed, words_removed, words_added, headline
FROM versions
WHERE article_id = {_ARTICLE}
ORDER BY number
""",
    {"address": "127.0.0.1/chuyen-muc/tin/238131/thong-xe-ky-thuat-cau-ben-got"},
)
_AS_OF = Question(
    "as_of",
    "An article as it stood on a day",
    f"""
SELECT number, first_seen_at, headline, lead, body
FROM version_texts
WHERE article_id = {_ARTICLE}
  AND first_seen_at < date(:day, '+1 day')
ORDER BY number DESC
LIMIT 1
""",
    {"address": "127.0.0.1/chuyen-muc/tin/238131/thong-xe-ky-thuat-cau-ben-got", "day": "2099-12-31"},
)
_HEADLINES = Question(
    "headlines",
    "The latest headlines that were changed after publication",
    """
SELECT edited_at, old_headline, new_headline, url, article_id
FROM headline_changes
ORDER BY edited_at DESC
LIMIT 20
""",
)
_HEADLINES_BY_YEAR = Question(
    "headlines_by_year",
    "How many headlines were changed in each year",
    """
SELECT substr(first_seen_at, 1, 4) AS year, count(*) AS headlines_changed
FROM versions
WHERE old_headline IS NOT NULL
GROUP BY year
""",
)
_DELETIONS = Question(
    "deletions",
    "The latest articles that disappeared",
    """
SELECT gone_since, headline, published_at, url, gone_reason, article_id
FROM disappearances
ORDER BY gone_since DESC
LIMIT 20
""",
)
_PHOTOGRAPHS = Question(
    "photographs_by",
    "The latest pictures of one photographer",
    """
SELECT articles.published_at, version_images.caption, articles.headline, images.url
FROM version_images
JOIN articles ON articles.current_version_id = version_images.version_id
JOIN images ON images.id = version_images.image_id
WHERE version_images.credit = :credit
ORDER BY version_images.version_id DESC
LIMIT 50
""",
    {"credit": "Hồng Gấm"},
)
_PHOTOGRAPHERS = Question(
    "photographers",
    "How many pictures each photographer has in the paper",
    """
SELECT credit, pictures
FROM credits
ORDER BY pictures DESC, credit
LIMIT 20
""",
)
_SECTIONS = Question(
    "sections",
    "Articles per section per month",
    """
SELECT section, month, sum(articles) AS articles
FROM months
WHERE month BETWEEN :first AND :last
GROUP BY section, month
""",
    {"first": "2026-01", "last": "2026-12"},
)
_EDITS = Question(
    "edited_between",
    "What was edited in a span of time, latest first",
    """
SELECT edited_at, changed, words_removed, words_added, new_headline, url, article_id
FROM edits
WHERE edited_at >= :since AND edited_at < :until
ORDER BY edited_at DESC
LIMIT 100
""",
    {"since": "2026-01-01", "until": "2099-12-31"},
)
_LONGEST = Question(
    "longest",
    "Which texts had stood longest when they were edited",
    """
SELECT round(versions.stood_days, 1) AS days, edits.edited_at, edits.changed, edits.new_headline, edits.url
FROM versions
JOIN edits ON edits.new_version_id = versions.id
WHERE versions.stood_days IS NOT NULL
ORDER BY versions.stood_days DESC
LIMIT 20
""",
)
_UNANNOUNCED = Question(
    "unannounced",
    "Edits that the newspaper did not announce, those that changed most first",
    """
SELECT edited_at, round(stood_days, 1) AS days_before, numbers_changed, old_headline, new_headline, url
FROM edits
WHERE announced = 'none'
ORDER BY weight DESC
LIMIT 50
""",
)
_ON_FRONT = Question(
    "edited_on_front",
    "Edits of articles that had been on the front page before the edit, those in the highest places first",
    """
WITH front AS MATERIALIZED (
  SELECT article_id, position, placements.first_seen_at, placements.last_seen_at, gone_at
  FROM placements
  JOIN outlets ON outlets.name = placements.outlet AND outlets.home_url = placements.list_url
  WHERE article_id IS NOT NULL
)
SELECT min(front.position) AS place, min(front.first_seen_at) AS on_front_page_from,
  max(min(front.last_seen_at, edits.edited_at)) AS until, edits.edited_at, edits.announced,
  edits.numbers_changed, edits.old_headline, edits.new_headline, edits.url
FROM front
CROSS JOIN edits ON edits.article_id = front.article_id
CROSS JOIN versions AS old ON old.id = edits.old_version_id
CROSS JOIN version_spans AS shown ON shown.version_id = old.id
WHERE front.first_seen_at <= shown.last_seen_at AND coalesce(front.gone_at, '9999') > old.first_seen_at
GROUP BY edits.new_version_id
ORDER BY place, edits.edited_at DESC
LIMIT 50
""",
)
_NAMED = Question(
    "named",
    "In how many articles of each year somebody is named",
    """
SELECT substr(articles.published_at, 1, 4) AS year, count(*) AS articles
FROM search
JOIN articles ON articles.current_version_id = search.rowid
WHERE search MATCH '"' || replace(:name, '"', ' ') || '"'
GROUP BY year
""",
    {"name": "sông Thao"},
)
_REMOVED = Question(
    "removed",
    "From which articles an edit took a phrase out, latest first",
    """
WITH holding AS MATERIALIZED (
  SELECT rowid AS version_id FROM search WHERE search MATCH '"' || replace(:phrase, '"', ' ') || '"'
)
SELECT later.first_seen_at AS removed_at, later.number, later.headline, articles.url
FROM holding
CROSS JOIN successors ON successors.version_id = holding.version_id
JOIN versions AS later ON later.id = successors.next_id
JOIN articles ON articles.id = later.article_id
WHERE successors.next_id NOT IN (SELECT version_id FROM holding)
ORDER BY removed_at DESC
LIMIT 50
""",
    {"phrase": "412 tỷ đồng"},
)
_GAPS = Question(
    "gaps",
    "The longest stretches of days from which the archive holds no article of a paper",
    """
WITH RECURSIVE paper AS (SELECT id FROM outlets WHERE name = :outlet),
days(day) AS (
  SELECT substr(min(published_at), 1, 10) FROM articles WHERE outlet_id = (SELECT id FROM paper)
  UNION ALL
  SELECT (
    SELECT substr(min(published_at), 1, 10) FROM articles
    WHERE outlet_id = (SELECT id FROM paper) AND published_at > days.day || 'U'
  ) FROM days WHERE days.day IS NOT NULL
)
SELECT day AS last_day_before, next_day AS first_day_after, julianday(next_day) - julianday(day) - 1 AS days_without
FROM (SELECT day, lead(day) OVER (ORDER BY day) AS next_day FROM days WHERE day IS NOT NULL)
WHERE next_day IS NOT NULL AND days_without > 0
ORDER BY days_without DESC, day
LIMIT 20
""",
    {"outlet": "demo"},
)

TOPICS = (
    Topic(
        "What did this article say before?",
        "A journalist holds an article against what it said when it was quoted; a researcher needs the state of a day.",
        (_HISTORY, _AS_OF),
    ),
    Topic(
        "Which headlines were changed after publication?",
        "The headline is what most readers read; researchers count how often it is softened or sharpened.",
        (_HEADLINES, _HEADLINES_BY_YEAR),
    ),
    Topic(
        "What was taken away without a word?",
        "A deletion is the strongest edit, and nobody announces it; journalists look at the list every morning.",
        (_DELETIONS,),
    ),
    Topic(
        "Whose photographs are these?",
        "Picture editors and heirs look for one photographer's work; librarians describe a collection by its makers.",
        (_PHOTOGRAPHS, _PHOTOGRAPHERS),
    ),
    Topic(
        "What did the paper write about, and how much?",
        "Researchers begin with the shape of the material: how many articles a section brought in each month.",
        (_SECTIONS,),
    ),
    Topic(
        "What was edited around an event?",
        "After a congress, a flood or a verdict, the edits of those days show what was put right, or away.",
        (_EDITS, _UNANNOUNCED, _ON_FRONT),
    ),
    Topic(
        "Which old texts were touched again?",
        "An edit to an article that had stood for years is seldom a misprint; historians want to know those first.",
        (_LONGEST,),
    ),
    Topic(
        "Who is named, and when?",
        "A biographer or a journalist follows a person through the years; diacritics, capitals and đ do not matter.",
        (_NAMED,),
    ),
    Topic(
        "Which words were taken out?",
        "A name, a number or a promise that stood in the first version and is gone from the next.",
        (_REMOVED,),
    ),
    Topic(
        "Where has the archive gaps?",
        "Before anybody concludes from silence, they must know which days the archive knows nothing of.",
        (_GAPS,),
    ),
)

QUESTIONS = tuple(question for topic in TOPICS for question in topic.questions)
