"""`bongsu warm`: do once, at set-up, what a first detection or a first review would otherwise wait for."""

from __future__ import annotations

import importlib
import json
import pkgutil
import time

import click


@click.command(epilog="\b\nExample:\n  bongsu warm")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a sentence.")
def warm(as_json: bool) -> None:
    """Compile the numeric kernels into the cache and say how long it took; quick when nothing changed."""
    begun_s = time.perf_counter()
    _compile_kernels()
    importlib.import_module("matplotlib.font_manager")  # its first import lists the machine's fonts
    took_s = time.perf_counter() - begun_s
    if as_json:
        click.echo(json.dumps({"seconds": round(took_s, 3)}))
    else:
        click.echo(f"Kernels ready in {took_s:.1f} s.")


def _compile_kernels() -> None:
    """Import every module that holds kernels (import compiles them, or loads them from the cache), then run each once."""
    from bongsu import flight, geo
    from bongsu.flight import kernels

    for package in (geo, flight):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    importlib.import_module("bongsu.drill.dynamics")
    kernels.warm()
