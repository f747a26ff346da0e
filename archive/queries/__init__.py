"""Read-only queries on an archive, each a function that returns frozen values."""
