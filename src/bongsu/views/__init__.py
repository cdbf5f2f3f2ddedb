"""Folds over items: what pages and reports show. Pure: no clock, no I/O; the same items give the same view."""
