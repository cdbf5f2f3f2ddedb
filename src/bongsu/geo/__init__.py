"""Where things are: frames, ellipses, paths, and the packaged areas. Radians and metres on WGS-84."""
