"""What is printed and logged: every word passes `output`."""
