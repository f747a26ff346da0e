"""Configuration: every setting with its type and default, and the value in force."""
