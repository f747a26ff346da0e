"""Processing of captures: ingest, read, file in histories, merge, reread and verify."""
