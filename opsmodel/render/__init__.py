"""How reports are made: stores x notebooks -> jobs -> pages."""
