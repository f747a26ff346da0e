"""A run against its outlet's past, and how every outlet stands."""
