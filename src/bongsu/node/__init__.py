"""A running node: its settings, its wiring, and the asyncio shell around the deterministic core."""
