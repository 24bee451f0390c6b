"""The HTTP service: parses, calls the analysis or the maps, answers."""
