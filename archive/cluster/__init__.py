"""Distributed rereading on Apache Spark. Not needed, and not imported, on a single machine."""
