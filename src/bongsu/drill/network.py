"""The network between nations in virtual time: each nation's own server, its line to the hub, and the hub, which only routes.

Meets the port of `node/ports.py`: prompt parcels lie at the issuer's server until the recipient has stored them, and are sent again each ACK_WAIT_S;
of the latest lane only the newest of each subject lies there. A parcel crosses two lines; either may delay, lose, repeat, or be cut. Chance is
drawn for each directed pair from a stream of its own, so that a quiet pair does not change a busy one.
"""

import random
from collections.abc import Callable, Iterator

import msgspec

from bongsu.base.limits import ACK_WAIT_S
from bongsu.base.units import seconds_to_ns
from bongsu.drill.agenda import Agenda
from bongsu.model.health import Health
from bongsu.model.message import Lane
from bongsu.model.parcel import Arrival, Parcel

_AGAIN_NS = seconds_to_ns(ACK_WAIT_S)
_OWN_SERVER_NS = seconds_to_ns(0.001)
"""Time in which a nation's own server has a parcel on disk: measured under a millisecond."""


class Line(msgspec.Struct, frozen=True):
    """One nation's line to the hub. `loss` and `repeat` are probabilities for each crossing; an ordered line never lets one parcel overtake another."""

    delay_ns: int = seconds_to_ns(0.02)
    jitter_ns: int = seconds_to_ns(0.01)
    loss: float = 0.0
    repeat: float = 0.0
    ordered: bool = True


class _Held(msgspec.Struct):
    """A parcel at its issuer's server. `moving`: an arrival or another attempt is entered in the agenda."""

    parcel: Parcel
    moving: bool = False


class _Pair:
    """What one nation has released to another."""

    def __init__(self, issuer: str, recipient: str, lines: tuple[Line, Line], seed: int) -> None:
        self.issuer = issuer
        self.recipient = recipient
        self.lines = lines
        self.chance = random.Random(f"{seed} {issuer} {recipient}")
        self.prompt: dict[str, _Held] = {}
        self.latest: dict[str, _Held] = {}
        self.last_ns = 0
        self.prompt_last_ns = 0

    def holding(self) -> Iterator[_Held]:
        """What waits here, prompt first, in order."""
        yield from self.prompt.values()
        yield from self.latest.values()

    def holds(self, held: _Held) -> bool:
        """Whether the recipient has not stored it yet and nothing newer took its place."""
        parcel = held.parcel
        place = self.prompt.get(parcel.message) if parcel.lane is Lane.PROMPT else self.latest.get(parcel.subject)
        return place is held

    def let_go(self, held: _Held) -> None:
        """The recipient has stored it."""
        if self.holds(held):
            if held.parcel.lane is Lane.PROMPT:
                del self.prompt[held.parcel.message]
            else:
                del self.latest[held.parcel.subject]

    def lost(self) -> bool:
        """Whether a crossing fails."""
        return any(line.loss > 0.0 and self.chance.random() < line.loss for line in self.lines)

    def repeated(self) -> bool:
        """Whether a crossing is made twice."""
        return any(line.repeat > 0.0 and self.chance.random() < line.repeat for line in self.lines)

    def arrival_ns(self, lane: Lane, now_ns: int, slower_ns: int) -> int:
        """When a parcel that leaves now arrives."""
        crossing = sum(line.delay_ns + int(line.jitter_ns * self.chance.random()) for line in self.lines) + slower_ns
        time_ns = now_ns + crossing
        if all(line.ordered for line in self.lines):
            time_ns = max(time_ns, self.prompt_last_ns, self.last_ns if lane is Lane.LATEST else 0)
        if lane is Lane.PROMPT:
            self.prompt_last_ns = max(self.prompt_last_ns, time_ns)
        self.last_ns = max(self.last_ns, time_ns)
        return time_ns


class SimulatedNetwork:
    """All nations' ends, and the faults that a drill puts in."""

    def __init__(self, agenda: Agenda, lines: dict[str, Line], seed: int) -> None:
        self._agenda = agenda
        self._cut: dict[str, bool] = dict.fromkeys(lines, False)
        self._down: dict[str, bool] = dict.fromkeys(lines, False)
        self._hub_down = False
        self._slower_ns: dict[str, int] = dict.fromkeys(lines, 0)
        self._held_back: dict[str, list[tuple[Parcel, Callable[[str], None]]]] = {node: [] for node in lines}
        self._ends = {node: End(self, node) for node in lines}
        self._pairs = {
            (issuer, recipient): _Pair(issuer, recipient, (lines[issuer], lines[recipient]), seed)
            for issuer in lines
            for recipient in lines
            if issuer != recipient
        }

    def end(self, node: str) -> "End":
        """One nation's end; the same object at each call."""
        return self._ends[node]

    def cut(self, node: str) -> None:
        """Nothing crosses the nation's line to the hub from now on; what is under way is lost there and lies at its issuer's server."""
        self._cut[node] = True
        self._ends[node].tell(Health(part="hub", state="down", text="the line is cut"))

    def heal(self, node: str) -> None:
        """The end of `cut`: what waits moves, prompt first."""
        self._cut[node] = False
        self._ends[node].tell(Health(part="hub", state="up"))
        for pair in self._pairs.values():
            if node in (pair.issuer, pair.recipient):
                self._move_all(pair)

    def slow(self, node: str, slower_ns: int) -> None:
        """The nation's line to the hub takes so much longer each way from now on; 0: no longer."""
        self._slower_ns[node] = slower_ns

    def server_down(self, node: str) -> None:
        """The nation's own server dies: its prompt parcels are on disk, its latest ones are gone; nothing reaches its node."""
        self._down[node] = True
        self._ends[node].tell(Health(part="broker", state="down", text="the server has died"))
        for pair in self._pairs.values():
            if pair.issuer == node:
                pair.latest.clear()

    def server_up(self, node: str) -> None:
        """The nation's server is back: its node offers again what the server had not taken."""
        self._down[node] = False
        self._ends[node].tell(Health(part="broker", state="up"))
        waiting, self._held_back[node] = self._held_back[node], []
        for parcel, accepted in waiting:
            self.offer(parcel, accepted)
        for pair in self._pairs.values():
            if node in (pair.issuer, pair.recipient):
                self._move_all(pair)

    def hub_down(self) -> None:
        """The hub dies: it only routes, so nothing is lost there."""
        self._hub_down = True
        for end in self._ends.values():
            end.tell(Health(part="hub", state="down", text="the hub has died"))

    def hub_up(self) -> None:
        """The hub is back."""
        self._hub_down = False
        for end in self._ends.values():
            end.tell(Health(part="hub", state="up"))
        for pair in self._pairs.values():
            self._move_all(pair)

    def prompt_waiting_count(self) -> int:
        """Prompt parcels that their recipients have not stored yet."""
        held_back = sum(parcel.lane is Lane.PROMPT for waiting in self._held_back.values() for parcel, _ in waiting)
        return held_back + sum(len(pair.prompt) for pair in self._pairs.values())

    def opened(self, node: str) -> None:
        """A nation's node has come up: what waits for it moves."""
        for pair in self._pairs.values():
            if pair.recipient == node:
                self._move_all(pair)

    def offer(self, parcel: Parcel, accepted: Callable[[str], None]) -> None:
        """A parcel for its issuer's server, which has it a moment later, or takes it when it is back."""
        if self._down[parcel.issuer]:
            self._hold_back(parcel, accepted)
            return
        self._agenda.at(self._agenda.now_ns + _OWN_SERVER_NS, lambda: accepted(parcel.message))
        pair = self._pairs[parcel.issuer, parcel.recipient]
        if parcel.lane is Lane.PROMPT:
            if parcel.message in pair.prompt:
                return
            held = pair.prompt[parcel.message] = _Held(parcel)
        else:
            pair.latest.pop(parcel.subject, None)
            held = pair.latest[parcel.subject] = _Held(parcel)
        self._move(pair, held)

    def _hold_back(self, parcel: Parcel, accepted: Callable[[str], None]) -> None:
        """At the node itself, whose server is down: of the latest lane the newest of each subject."""
        waiting = self._held_back[parcel.issuer]
        if parcel.lane is Lane.LATEST:
            place = (parcel.recipient, parcel.lane, parcel.subject)
            waiting[:] = [one for one in waiting if (one[0].recipient, one[0].lane, one[0].subject) != place]
        waiting.append((parcel, accepted))

    def _open(self, pair: _Pair) -> bool:
        ends = (pair.issuer, pair.recipient)
        passes = not self._hub_down and not any(self._cut[node] or self._down[node] for node in ends)
        return passes and self._ends[pair.recipient].is_open

    def _move_all(self, pair: _Pair) -> None:
        for held in list(pair.holding()):
            self._move(pair, held)

    def _move(self, pair: _Pair, held: _Held) -> None:
        """Send a parcel on its way, unless it is under way, gone, or the way is closed (it moves when that opens)."""
        if held.moving or not pair.holds(held) or not self._open(pair):
            return
        held.moving = True
        now_ns = self._agenda.now_ns
        if pair.lost():
            self._agenda.at(now_ns + _AGAIN_NS, lambda: self._again(pair, held))
            return
        slower_ns = self._slower_ns[pair.issuer] + self._slower_ns[pair.recipient]
        self._agenda.at(pair.arrival_ns(held.parcel.lane, now_ns, slower_ns), lambda: self._arrive(pair, held))
        if pair.repeated():
            self._agenda.at(pair.arrival_ns(held.parcel.lane, now_ns, slower_ns), lambda: self._deliver(pair, held))

    def _again(self, pair: _Pair, held: _Held) -> None:
        held.moving = False
        self._move(pair, held)

    def _arrive(self, pair: _Pair, held: _Held) -> None:
        self._deliver(pair, held)
        if pair.holds(held):
            self._agenda.at(self._agenda.now_ns + _AGAIN_NS, lambda: self._again(pair, held))

    def _deliver(self, pair: _Pair, held: _Held) -> None:
        if self._open(pair):
            parcel = held.parcel
            arrival = Arrival(parcel.issuer, parcel.lane, parcel.envelope, lambda: self._stored(pair, held))
            self._ends[pair.recipient].take(arrival)

    def _stored(self, pair: _Pair, held: _Held) -> None:
        """The recipient says so, over the same lines; if that is lost the parcel comes again."""
        if self._open(pair) and not pair.lost():
            pair.let_go(held)


class End:
    """One nation's end of the network: its own server, and whether its node listens."""

    def __init__(self, network: SimulatedNetwork, node: str) -> None:
        self._network = network
        self._node = node
        self._arrived: Callable[[Arrival], None] | None = None
        self._health: Callable[[Health], None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the node listens."""
        return self._arrived is not None

    def open(self, arrived: Callable[[Arrival], None], health: Callable[[Health], None]) -> None:
        """See the port."""
        self._arrived = arrived
        self._health = health
        self._network.opened(self._node)

    def offer(self, parcel: Parcel, accepted: Callable[[str], None]) -> None:
        """See the port."""
        assert parcel.issuer == self._node, f"{self._node} does not carry what {parcel.issuer} issues"
        self._network.offer(parcel, accepted)

    def close(self) -> None:
        """The node has gone: what comes waits at the issuers' servers."""
        self._arrived = self._health = None

    def take(self, arrival: Arrival) -> None:
        """Hand on what has arrived."""
        if self._arrived is not None:
            self._arrived(arrival)

    def tell(self, health: Health) -> None:
        """Say how the line is."""
        if self._health is not None:
            self._health(health)
