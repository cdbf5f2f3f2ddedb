"""Bongsu: partner nations share missile-launch warnings, drill together, and keep a record that all can check."""

__version__ = "0.1.0"
