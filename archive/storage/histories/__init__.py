"""What archive.history derives, written down as articles, versions, aliases and disappearances."""
