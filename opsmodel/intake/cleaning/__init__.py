"""From text as exported to canonical rows: convert, join, merge, set aside what cannot be used."""
