"""The analysis: judges raw-material zones against land use, plans, law and date."""

__version__ = "0.1.0"
