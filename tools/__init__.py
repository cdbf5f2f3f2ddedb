"""Tools that build, check and prepare; not part of the package."""
