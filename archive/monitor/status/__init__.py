"""Status of an archive's outlets: states, crawl intervals, daily counts, and their display as text and HTML."""
