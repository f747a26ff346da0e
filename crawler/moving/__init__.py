"""A newspaper that has moved to another domain: what is seen there of what is kept, and how it is followed."""
