"""Taking in what others kept: WARC, ARC, WACZ, mirrors and saved pages, read as far as they go."""
