"""What extractors read in captures, as rows, and which captures still wait to be read."""
