"""Step 15, counted credits: pictures are counted anew by credit. A merge that gave an article's current version to one
that was new did not count its pictures."""

from sqlite_utils import Database

from archive.storage.migrations.registry import migrations

_COUNTED = """
INSERT INTO credits (credit, pictures)
SELECT credit, count(*) FROM version_images JOIN articles ON articles.current_version_id = version_images.version_id
WHERE credit IS NOT NULL GROUP BY credit
"""


@migrations()
def m015_counted_credits(db: Database) -> None:
    """Counted credits: what `credits` counts is counted anew."""
    db.execute("DELETE FROM credits")
    db.execute(_COUNTED)
    db.execute("PRAGMA user_version = 15")
