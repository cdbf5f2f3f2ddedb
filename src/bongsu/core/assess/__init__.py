"""Screen, track, estimate: what our own sensors say of each object."""
