"""The crawler: discovers links and fetches pages. Only this package knows Scrapy."""
