"""Exercises on the live code: scenarios, true flights, invented sensors, control, expectations."""
