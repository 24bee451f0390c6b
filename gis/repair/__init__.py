"""Repair of a layer by stated rules, with a ledger in which every square metre is told.

The steps, in order: ``drop`` rows that are there twice, ``insert-vertex`` where an edge lacks a
vertex of its neighbour, ``snap`` vertices that nearly meet, ``trim`` what lies under two features,
``fill`` what lies under none, ``merge`` left-overs. They are repeated until nothing changes.
A step that would make a fault, or a larger one, is undone where it would, and the fault is left to
people, with the reason.
"""

from gis.repair.mending import STEPS, Repair, mend

__all__ = ["STEPS", "Repair", "mend"]
