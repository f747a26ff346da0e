"""What is done with captures: ingest them, read them, file them in histories, merge, reread and verify."""
