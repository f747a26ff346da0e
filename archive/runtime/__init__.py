"""What a process needs whatever it does: whole-file writes, locks, signals, isolation."""
