"""Runs of a campaign on a Dask cluster that the user has: the same `one_run`, the same figures. Its workers need this package installed."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from bongsu.base.errors import BadInput
from bongsu.base.limits import CAMPAIGN_CONNECT_S
from bongsu.drill.campaign_pool import Ended, Run
from bongsu.drill.campaign_run import one_run
from bongsu.views.campaign import FailedRun, RunFigures


def run_there(content: bytes, file: str, seeds: Sequence[int], address: str, run: Run = one_run) -> Iterator[Ended]:
    """Play all seeds on the cluster whose scheduler has this address; each as it ends. Raises `BadInput` where there is none."""
    try:
        from distributed import Client
    except ImportError:
        raise BadInput(
            "a cluster needs the package distributed", 'pip install "bongsu[campaign]"', "--scheduler"
        ) from None
    try:
        client = Client(address, timeout=CAMPAIGN_CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(
            f"no scheduler answers at {address} ({told})",
            "give the address that `dask scheduler` prints, such as tcp://host:8786",
            "--scheduler",
        ) from None
    return _there(client, content, file, seeds, run)


def _there(client: Any, content: bytes, file: str, seeds: Sequence[int], run: Run) -> Iterator[Ended]:
    from distributed import as_completed

    with client:
        futures = {client.submit(run, content, file, seed, pure=False): seed for seed in seeds}
        try:
            for future in as_completed(list(futures), loop=client.loop):  # type: ignore[no-untyped-call]
                fault = future.exception()
                if fault is None:
                    yield msgspec.json.decode(future.result(), type=RunFigures)
                else:
                    told = " ".join(f"{type(fault).__name__}: {fault}".split())
                    yield FailedRun(seed=futures[future], reason=told)
        finally:
            with contextlib.suppress(OSError, TimeoutError):  # a cluster that is gone has nothing left to cancel
                client.cancel(list(futures))
