"""Importers: WARC, ARC and WACZ files, mirrors and saved pages, damaged ones as far as they can be read."""
