"""The calculations: one file an idea, a table in, a table out."""
