"""What the archive hands on in others' formats."""
