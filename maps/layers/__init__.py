"""One map layer per file."""
