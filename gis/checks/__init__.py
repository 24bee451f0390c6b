"""The checks: what is wrong inside a layer, and between the layers of a workspace."""
