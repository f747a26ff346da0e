"""Reading rules: data only."""
