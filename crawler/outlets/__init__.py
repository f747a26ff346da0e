"""Outlets: built in, from luubao.toml, and from spiders of one's own."""
