"""The reading room: HTML pages on an archive for readers who do not write SQL, served as a Datasette plugin.

Each `*_page.py` module makes one kind of page; `../plugins/reading_room.py` maps URLs to them. SQL is in
archive/queries, texts are in texts.toml, markup is in ../templates/room, styles are in ../static/room.css. No page has
a script or loads anything from another site.
"""
