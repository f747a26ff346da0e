"""The reading room and Datasette on an archive (configuration, room, plugins), and editions of it as static files."""
