"""What everything stands on: units, time, identifiers, errors, limits. Imports nothing of the project."""
