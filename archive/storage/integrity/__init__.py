"""Whether an archive is sound: seals, fixity, and rows that contradict one another."""
