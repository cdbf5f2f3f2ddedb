"""`bongsu warm`: compile the numeric kernels once, at set-up, so that no detection ever waits for a compiler."""

from __future__ import annotations

import importlib
import json
import time

import click


@click.command(epilog="\b\nExample:\n  bongsu warm")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a sentence.")
def warm(as_json: bool) -> None:
    """Compile the numeric kernels into the cache and say how long it took; quick when nothing changed."""
    begun_s = time.perf_counter()
    importlib.import_module("bongsu.drill.dynamics")  # the kernel of true flights compiles when it is first imported
    from bongsu.flight import kernels

    kernels.warm()
    took_s = time.perf_counter() - begun_s
    if as_json:
        click.echo(json.dumps({"seconds": round(took_s, 3)}))
    else:
        click.echo(f"Kernels ready in {took_s:.1f} s.")
