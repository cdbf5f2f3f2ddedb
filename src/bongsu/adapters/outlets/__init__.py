"""Outlets: the ways by which a released public document leaves this machine. Each belongs to one mode's world and refuses every other."""
