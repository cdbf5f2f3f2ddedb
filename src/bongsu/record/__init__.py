"""The record: what it is made of, and what can be told from it. Pure; reading and writing stand in `adapters/store.py`."""
