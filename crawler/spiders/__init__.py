"""One spider per outlet, each a few lines of data."""
