"""Pure values: what a thing is. Frozen, without files, clock or database."""
