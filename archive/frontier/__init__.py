"""The frontier: which addresses wait, in which order they are asked, and when each is due again."""
