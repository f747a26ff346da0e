"""Exporters: the archive in the formats others read. They never export withdrawn articles."""
