"""The built-in Scrapy spiders, one for each outlet: a few constants."""
