"""Texts for people in English, Korean and Japanese, always from a catalogue by key."""
