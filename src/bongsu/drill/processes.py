"""The processes of a live drill: four servers and a node for each nation, watched, started again when they die, ended when we do.

Nodes end when their standard input does; servers hang on a leash (`adapters/servers.py`). So both end with us, however we end.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bongsu.adapters.hold_signal import send_hold
from bongsu.base.errors import BongsuError
from bongsu.base.limits import NODE_END_S, NODE_LINE_BYTES, NODE_READY_S, NODE_RESTART_S
from bongsu.drill.node_files import Ports
from bongsu.drill.out import Process
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Head, Item
from bongsu.node.control import Line, Seen

_LOOK_S = 0.25
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Ready(msgspec.Struct, frozen=True, tag_field="type", tag="ready"):
    """A node has come up; `seconds` since its process began."""

    pid: int
    seconds: float
    console_port: int
    feed_port: int | None = None
    hold_port: int | None = None


class Told(msgspec.Struct, frozen=True, tag_field="type", tag="item"):
    """An item that a person would see."""

    head: Head
    body: Seen


class Waiting(msgspec.Struct, frozen=True, tag_field="type", tag="waiting"):
    """A node waits for its server."""

    what: str


class Disk(msgspec.Struct, frozen=True, tag_field="type", tag="disk"):
    """A node's record cannot be written, or can again."""

    state: str
    text: str


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """What a node's core did."""

    steps: int = 0
    dropped: int = 0
    queue_most: int = 0
    step_longest_ms: float = 0.0
    work_s: float = 0.0


class Stopped(msgspec.Struct, frozen=True, tag_field="type", tag="stopped"):
    """A node's last words."""

    code: int
    counters: Counters


_decoder: msgspec.json.Decoder[Ready | Told | Waiting | Disk | Stopped] = msgspec.json.Decoder(
    Ready | Told | Waiting | Disk | Stopped
)

Say = Callable[[str], None]


class NodeProcess:
    """One nation's node, through all its restarts. `hear` gets every item that it tells; `changed` is called when it comes or goes."""

    def __init__(
        self, code: str, config: Path, hear: Callable[[str, Item[Seen]], None], changed: Callable[[str], None], say: Say
    ) -> None:
        self.code = code
        self.config = config
        self.ready = asyncio.Event()
        self.said: Ready | None = None
        self.stopped: Stopped | None = None
        self.starts = 0
        self._hear = hear
        self._changed = changed
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self.ending = False

    @property
    def pid(self) -> int:
        """Of the process that runs, or ran last."""
        assert self._process is not None
        return self._process.pid

    async def live(self, restart: bool) -> None:
        """Run until ended; when it dies, run again after a second if `restart`. Raises `RuntimeError` when it cannot come up at all."""
        while True:
            await self._run()
            self.ready.clear()
            self._changed(self.code)
            if self.ending:
                return
            came_up = self.said is not None
            if not came_up:
                raise RuntimeError(f"the node of {self.code} does not come up: {self._last_words()}")
            self._say(f"the node of {self.code} has died{'; it is started again' if restart else ''}")
            if not restart:
                return
            self._keep_console_port()
            await asyncio.sleep(NODE_RESTART_S)

    def send(self, line: Line) -> None:
        """A control line; a node that is down hears nothing."""
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(msgspec.json.encode(line) + b"\n")

    def signal_hold(self) -> None:
        """What the nation's live node says when something real comes up: one datagram without content."""
        if self.said is not None and self.said.hold_port is not None:
            send_hold(self.said.hold_port)

    def kill(self) -> None:
        """End it at once, without a word."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def end(self, within_s: float) -> None:
        """End it in order, by force after `within_s`."""
        self.ending = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), within_s)
        except TimeoutError:
            self._say(f"the node of {self.code} does not end; it is ended by force")
            process.kill()
            await process.wait()

    def _keep_console_port(self) -> None:
        """A page that is open finds the node again where it was: the port that was free at its first start stands in its settings from now on."""
        settings = self.config.read_text(encoding="utf-8")
        if self.said is not None and "console_port" not in settings:
            self.config.write_text(f"console_port = {self.said.console_port}\n{settings}", encoding="utf-8")

    async def _run(self) -> None:
        self.said = None
        self.starts += 1
        with self.config.with_name("node.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bongsu",
                "node",
                "run",
                "--config",
                str(self.config),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                limit=NODE_LINE_BYTES,
                env={**dict.fromkeys(_THREADS, "1"), **os.environ},
            )
        if self.ending:  # asked to end while it was being started
            self._process.kill()
        stdout = self._process.stdout
        assert stdout is not None
        while data := await stdout.readline():
            self._take(data)
        await self._process.wait()

    def _last_words(self) -> str:
        log = self.config.with_name("node.log")
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else f"it says nothing in {log}"

    def _take(self, data: bytes) -> None:
        try:
            line = _decoder.decode(data)
        except msgspec.MsgspecError as error:
            self._say(f"the node of {self.code} says what is no status line ({error})")
            return
        match line:
            case Told():
                self._hear(self.code, Item(line.head, line.body))
            case Ready():
                self.said = line
                self.ready.set()
                self._changed(self.code)
            case Stopped():
                self.stopped = line
            case Disk():
                self._say(f"the record of {self.code}: {line.text or 'written again'}")
            case Waiting():
                pass


class Cast:
    """All processes of one drill. `changed` is called whenever one comes or goes: `processes` then tells of it."""

    def __init__(
        self,
        servers: list[Ports],
        configs: dict[str, Path],
        hear: Callable[[str, Item[Seen]], None],
        changed: Callable[[str], None],
        say: Say,
        restart: bool,
    ) -> None:
        self.servers = servers
        self.nodes = {code: NodeProcess(code, config, hear, changed, say) for code, config in configs.items()}
        self._say = say
        self._changed = changed
        self._restart = restart
        self._tasks: list[asyncio.Task[None]] = []
        self._ending = False
        self._down_until: dict[str, float] = {}

    async def start(self) -> None:
        """Start all and wait until each node is ready. Raises what keeps one from it."""
        starts = [asyncio.to_thread(self._start_server, one) for one in self.servers]
        await asyncio.gather(*starts)
        self._tasks = [asyncio.create_task(node.live(self._restart)) for node in self.nodes.values()]
        self._tasks.append(asyncio.create_task(self._watch_servers()))
        ready = asyncio.create_task(self._all_ready())
        try:
            async with asyncio.timeout(NODE_READY_S):
                await asyncio.wait({ready, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            late = [code for code, node in self.nodes.items() if not node.ready.is_set()]
            raise RuntimeError(f"the nodes of {', '.join(late)} are not ready after {NODE_READY_S:g} s") from None
        finally:
            ready.cancel()
        self.check()

    async def _all_ready(self) -> None:
        for node in self.nodes.values():
            await node.ready.wait()

    def check(self) -> None:
        """Raise what has ended one of our watches."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    def send(self, line: ExerciseOrder) -> None:
        """One order to all nodes."""
        for node in self.nodes.values():
            node.send(line)

    def processes(self) -> list[Process]:
        """Pid, configuration and ports of each, for `run.json`."""
        found = [
            Process(name=one.server.name, pid=one.server.pid or 0, config=str(one.server.file), ports=one.ports)
            for one in self.servers
        ]
        for code, node in self.nodes.items():
            if node.said is not None:
                ports = {"console": node.said.console_port}
                if node.said.feed_port is not None:
                    ports["feed"] = node.said.feed_port
                said, config = node.said, str(node.config)
                found.append(
                    Process(name=f"{code}-node", pid=said.pid, config=config, ports=ports, ready_s=said.seconds)
                )
        return found

    async def end_nodes(self) -> None:
        """All nodes together, in order: their records are sealed after this."""
        await asyncio.gather(*(node.end(NODE_END_S) for node in self.nodes.values()))

    async def end(self, within_s: float = NODE_END_S) -> None:
        """End everything; harmless when it has ended."""
        self._ending = True
        await asyncio.gather(*(node.end(within_s) for node in self.nodes.values()))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(asyncio.to_thread(one.server.stop) for one in self.servers))

    def crash_server(self, name: str, down_s: float) -> None:
        """Kill a nation's server, or the hub (`hub`), at once; it is started again `down_s` later."""
        chosen = [one for one in self.servers if one.server.name == name or (name == "hub" and "leaf" in one.ports)]
        for one in chosen:
            self._down_until[one.server.name] = time.monotonic() + down_s
            one.server.signal(signal.SIGKILL)

    def kill_all(self) -> None:
        """At once: for a second Ctrl-C."""
        for node in self.nodes.values():
            node.kill()
        for one in self.servers:
            one.server.signal(signal.SIGKILL)

    def _start_server(self, one: Ports) -> None:
        one.server.start()
        one.server.wait_ready()

    async def _watch_servers(self) -> None:
        """A dead server is started again after the same second."""
        while not self._ending:
            await asyncio.sleep(_LOOK_S)
            for one in self.servers:
                if not one.server.running and not self._ending:
                    self._say(f"server {one.server.name} has died{'; it is started again' if self._restart else ''}")
                    if not self._restart:
                        return
                    down_s = self._down_until.pop(one.server.name, 0.0) - time.monotonic()
                    await asyncio.sleep(max(down_s, NODE_RESTART_S))
                    try:
                        await asyncio.to_thread(one.server.restart)
                    except BongsuError as error:
                        self._say(str(error))
                    self._changed(one.server.name)
