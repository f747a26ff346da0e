"""Outlets: built in, from tables in luubao.toml, and from the user's own spiders."""
