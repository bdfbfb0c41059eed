"""From files in any usual form to text in the engine, with the line every row came from."""
