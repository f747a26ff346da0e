"""Many outlets at a time: side by side on this machine, or on several."""
