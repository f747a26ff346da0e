"""The questions people ask an archive, each a function that returns frozen values."""
