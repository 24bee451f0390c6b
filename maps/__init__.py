"""Folium maps: composed from layers and controls, computing nothing."""
