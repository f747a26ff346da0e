"""Monitoring: anomaly detection for each run, and the status of every outlet."""
