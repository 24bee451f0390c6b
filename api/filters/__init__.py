"""Filters of requests: CQL2 read, checked against a collection, and answered over its columns."""
