"""Builds the packaged geography: areas, places, and the outlines of the console's map."""
