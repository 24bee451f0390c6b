"""The layers of a workspace: one file each, and the registry of them all."""
