"""How a site is treated: robots.txt, delays, crawl windows, backing off."""
