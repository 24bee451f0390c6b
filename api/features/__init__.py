"""Rows of layers as features: written once, found by an index, given in several formats."""
