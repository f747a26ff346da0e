"""A polite look at an unknown newspaper's site, from which its spider and its reading rules are written.

At most some thirty requests, one after the other, with the manners of a crawl: its robots.txt, delays and user agent.
"""

from crawler.probe.probe_findings import Findings, NotProbed
from crawler.probe.run import probe

__all__ = ["Findings", "NotProbed", "probe"]
