"""One way to fold, compare and excerpt text. Imports nothing of ours but archive.model."""
