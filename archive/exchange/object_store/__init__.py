"""Archives carried through an object store: what changed goes up, what is missing comes down, all of it checked."""
