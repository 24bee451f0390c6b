"""One map control per file."""
