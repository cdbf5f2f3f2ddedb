"""The deterministic heart: rooms in a fixed order, no input or output, no clock, no randomness."""
