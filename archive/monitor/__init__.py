"""Monitoring: anomaly detection for each run, in comparison with the outlet's own history; and the status of every
outlet: states, crawl intervals, daily counts.

Small and first runs find nothing: every comparison needs enough pages, now and before.
"""
