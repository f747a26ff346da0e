"""Settings: every key with its type and default, and which value is in force."""
