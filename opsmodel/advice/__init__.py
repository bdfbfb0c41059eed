"""What the numbers mean: from tables to findings priced in money."""
