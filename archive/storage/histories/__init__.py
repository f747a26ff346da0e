"""Stores the histories that archive.history derives: articles, versions, aliases and disappearances."""
