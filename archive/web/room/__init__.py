"""The reading room: pages on an archive for people who would rather read than query, served by Datasette as a plugin.

Each module makes a kind of page; `routes.py` says under which address. SQL stays in archive/queries, words in
texts.toml, markup in ../templates/room, looks in ../static/room.css. No page has a script, and none asks anybody else
for anything.
"""

from archive.web.room.routes import ROUTES

__all__ = ["ROUTES"]
