"""Builds the scripts that are not ours from pinned packages."""
