"""Bongsu: partner nations share missile-launch warnings, drill together, and keep a record that all can check.

The library face is three functions, the same that the command line calls; each is imported when it is first used:

* `track(lines, place, ...)`: detections (JSON lines) to tracks, estimates and warnings;
* `reconstruct(...)`: a whole flight from reported figures;
* `read_record(folder)`: the entries of one node's record.
"""

import importlib
from typing import Any

__version__ = "0.1.0"
__all__ = ["read_record", "reconstruct", "track"]

_FACE = {
    "track": ("bongsu.cli.track", "tracked"),
    "reconstruct": ("bongsu.flight.reconstruct", "reconstruct"),
    "read_record": ("bongsu.adapters.store", "read_record"),
}


def __getattr__(name: str) -> Any:
    """Import a function of the library face on first use: `import bongsu` stays quick."""
    if name not in _FACE:
        raise AttributeError(f"module 'bongsu' has no attribute {name!r}")
    module, attribute = _FACE[name]
    return getattr(importlib.import_module(module), attribute)
