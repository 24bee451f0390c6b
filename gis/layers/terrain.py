"""Terrain: one raster band of heights in metres."""

from gis.layers.base import LayerSpec

SPEC = LayerSpec(name="terrain", geometry="raster")
