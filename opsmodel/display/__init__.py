"""How tables are shown: one theme, one chart a table, widgets that only choose arguments."""
