"""Formats at the borders: one file each, with the standard's clause, fields, units and what is left out."""
