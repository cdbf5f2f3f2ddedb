"""The ledger of real launches: claims by reporter, never overwritten; law, notices, findings, importers, dispatches.

Nothing here can create a warning: the rooms of the core do not import it, and it mints no item. Reading files is the caller's task.
"""
