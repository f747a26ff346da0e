"""The frontier: the queue of URLs, their priority, and when each is due again."""
