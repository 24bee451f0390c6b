"""The door: files come in, checked frames with findings and provenance go on."""
