"""`python -m bongsu` is the same as `bongsu`."""

from bongsu.cli.main import run

run()
