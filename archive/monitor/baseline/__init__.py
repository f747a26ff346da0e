"""Anomaly detection: compares a run with the outlet's own history; findings are sentences.

Small and first runs find nothing: every comparison needs enough pages, now and before.
"""
