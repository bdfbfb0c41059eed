"""What comes in: from a client's raw exports to the canonical tables."""
