"""Probes an unknown newspaper's site politely, and writes a spider and reading rules for it.

Sends some thirty requests at most, one at a time, as politely as a crawl: obeys robots.txt, with delays and user agent.
"""

from crawler.probe.probe_findings import Findings, NotProbed
from crawler.probe.steps import probe

__all__ = ["Findings", "NotProbed", "probe"]
