"""How long a position takes from client to client through a `taky` relay on this machine: a peer that keeps nothing and signs nothing.

    python benchmarks/share_taky.py [--seconds 3] [--rate 100]

The program `taky` must be on the path (`requirements/bench.in`); without it the answer is null.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bongsu.adapters.servers import free_ports
from bongsu.base.errors import BadInput

sys.path.insert(0, str(Path(__file__).parent))
from share_core import figures

START_S = 15.0
_EVENT_END = b"</event>"


def program() -> str | None:
    """The `taky` program, on the path or beside this interpreter."""
    beside = Path(sys.executable).parent / "taky"
    return shutil.which("taky") or (str(beside) if beside.exists() else None)


def measure(seconds: float, rate_hz: float) -> dict[str, float] | None:
    """Latency of `seconds * rate_hz` events; None where there is no `taky`."""
    taky = program()
    if taky is None:
        return None
    with tempfile.TemporaryDirectory() as root:
        (port,) = free_ports(1)
        config = Path(root) / "taky.conf"
        config.write_text(
            f"[taky]\nhostname = localhost\nbind_ip = 127.0.0.1\nroot_dir = {root}\nredis = false\n"
            f"[cot_server]\nport = {port}\n[dp_server]\nupload_path = {root}/dp\n[ssl]\nenabled = false\n",
            encoding="utf-8",
        )
        with (Path(root) / "log").open("wb") as log:
            server = subprocess.Popen([taky, "-l", "error", "-c", str(config)], stdout=log, stderr=log, cwd=root)
        try:
            return asyncio.run(asyncio.wait_for(_relay(port, round(seconds * rate_hz), rate_hz), START_S + 3 * seconds))
        except OSError:
            said = (Path(root) / "log").read_text(encoding="utf-8", errors="replace").splitlines()
            fault = f"taky does not come up ({said[-1] if said else 'it says nothing'})"
            raise BadInput(fault, "install it as requirements/bench.in says", taky) from None
        finally:
            server.terminate()
            server.wait(10)


async def _relay(port: int, count: int, rate_hz: float) -> dict[str, float]:
    here = await _connect(port)
    there = await _connect(port)
    here[1].write(_event("here"))
    there[1].write(_event("there"))
    taken_ms: list[float] = []
    meeting = asyncio.Event()
    done = asyncio.Event()

    async def listen() -> None:
        pending = b""
        while data := await there[0].read(65_536):
            *events, pending = (pending + data).split(_EVENT_END)
            for event in events:
                if b"probe" in event:
                    meeting.set()
                elif b"sent=" in event:
                    begun_ns = int(event.split(b'sent="')[1].split(b'"')[0])
                    taken_ms.append((time.time_ns() - begun_ns) / 1e6)
            if len(taken_ms) == count:
                done.set()

    listening = asyncio.ensure_future(listen())
    while not meeting.is_set():
        here[1].write(_event("here", "probe"))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(meeting.wait(), 0.2)
    begun_s = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(begun_s + number / rate_hz - time.perf_counter(), 0.0))
        here[1].write(_event("here", f'sent="{time.time_ns()}"'))
    await done.wait()
    listening.cancel()
    for _, writer in (here, there):
        writer.close()
    return figures(taken_ms)


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    end_s = time.perf_counter() + START_S
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.perf_counter() > end_s:
                raise
            await asyncio.sleep(0.1)


def _event(uid: str, extra: str = "") -> bytes:
    """A position of about 450 bytes, as a client of such a relay sends it."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    stale = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 60))
    return (
        f'<event version="2.0" uid="bench-{uid}" type="a-f-G-U-C" time="{now}" start="{now}" stale="{stale}" how="m-g">'
        '<point lat="37.0" lon="130.0" hae="0.0" ce="10.0" le="10.0"/><detail>'
        f'<contact callsign="{uid}" endpoint="*:-1:stcp"/><uid Droid="{uid}"/><__group name="Cyan" role="Team Member"/>'
        f'<remarks note="{"probe" if extra == "probe" else ""}" {"" if extra == "probe" else extra}/></detail></event>'
    ).encode()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Latency through a taky relay.")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rate", type=float, default=100.0)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.seconds, arguments.rate)))
