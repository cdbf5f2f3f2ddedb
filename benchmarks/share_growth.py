"""How the cost of sharing grows with recipients and tracks: one core, the simulated network, generated server files.

    python benchmarks/share_growth.py [--plot docs/images/share-growth.png]

For 3, 18, 64 and 200 partners: computing time of the issuer for one warning to all others (released by the shipped policy, numbered, signed), of all
receivers together (checked at their doors), and the size of the server files. For 10 to 1,000 tracks: one round of paths to 17 recipients. What
is asked is that each grows with the number of recipients, or of tracks, and no faster. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from bongsu.adapters.federation import server_files
from bongsu.adapters.federation.description import Federation, Hub, Lanes, Partner
from bongsu.core.exchange.link import Link
from bongsu.core.exchange.release import ReleaseRoom
from bongsu.core.exchange.send import Send
from bongsu.core.pipeline import Pipeline
from bongsu.core.room import Given, Memoryless
from bongsu.drill.agenda import Agenda
from bongsu.drill.network import Line, SimulatedNetwork
from bongsu.model.head import Item, Now
from bongsu.model.health import Health
from bongsu.model.message import Outgoing, Received
from bongsu.model.mode import Mode
from bongsu.model.parcel import Arrival, Parcel
from bongsu.model.refusal import Refusal
from bongsu.model.warning import Path as TrackPath
from bongsu.wire.envelope_v1 import seal

sys.path.insert(0, str(Path(__file__).parent))
from share_core import FEDERATION, KEY, SECRET, settings_of, warning

PARTNERS_COUNTS = (3, 18, 64, 200)
TRACKS_COUNTS = (10, 100, 300, 1_000)
TRACKS_RECIPIENTS = 17
ROUNDS = 5
STEP_NS = 1_000_000_000


class Analysis(Memoryless):
    """Says the next version of a warning, or a round of paths."""

    name = "analysis"
    takes = (Health,)

    def __init__(self, tracks: int) -> None:
        self._tracks = tracks
        self._version = 0

    def handle(self, item: Item[Health], now: Now) -> list[Given]:
        if self._tracks:
            return [path(number, now.exercise_ns) for number in range(self._tracks)]
        self._version += 1
        return [warning(self._version, now.exercise_ns)]


def path(number: int, time_ns: int) -> TrackPath:
    """Where one of many objects is."""
    return TrackPath(
        warning=f"kr-E{number}",
        time_ns=time_ns,
        latitude_rad=0.68,
        longitude_rad=2.27,
        altitude_m=200_000.0,
        velocity_east_m_s=900.0,
        velocity_north_m_s=100.0,
        velocity_up_m_s=50.0,
        phase="coast",
    )


def codes(count: int) -> tuple[str, ...]:
    """Codes of so many partners, kr among them."""
    return tuple(sorted({"kr", *(f"p{number:03d}" for number in range(count - 1))}))


def share(partners: int, tracks: int, rounds: int) -> dict[str, float]:
    """Computing time of issuer and receivers for each round, in milliseconds, over the simulated network."""
    names = codes(partners)
    settings = settings_of("kr", names)
    issuer = Pipeline(settings, [Analysis(tracks), ReleaseRoom(settings), Send(settings)])
    agenda = Agenda(time.time_ns())
    network = SimulatedNetwork(agenda, dict.fromkeys(names, Line(jitter_ns=0)), seed=1)
    doors = {name: Pipeline(theirs := settings_of(name, names), [Link(theirs)]) for name in names if name != "kr"}
    received_s, let_in = [0.0], [0]

    def take(name: str, arrival: Arrival) -> None:
        begun_s = time.process_time()
        now = Now(agenda.now_ns, agenda.now_ns)
        items = doors[name].step(now, Received(claimed="kr", lane=arrival.lane, envelope=arrival.envelope))
        received_s[0] += time.process_time() - begun_s
        assert not any(isinstance(item.body, Refusal) for item in items), items
        let_in[0] += 1
        arrival.stored()

    for name in doors:
        network.end(name).open(lambda arrival, name=name: take(name, arrival), lambda health: None)
    issued_s = []
    for _ in range(rounds):
        begun_s = time.process_time()
        items = issuer.step(Now(agenda.now_ns, agenda.now_ns), Health(part="bench", state="up"))
        parcels = [sealed(item.body) for item in items if isinstance(item.body, Outgoing)]
        issued_s.append(time.process_time() - begun_s)
        for parcel in parcels:
            network.end("kr").offer(parcel, lambda _: None)
        until_ns = agenda.now_ns + STEP_NS
        while agenda.next_ns is not None and agenda.next_ns <= until_ns:
            agenda.step()
        agenda.now_ns = until_ns
    expected = rounds * len(doors) * max(tracks, 1)
    assert let_in[0] == expected, f"{let_in[0]} of {expected} arrived"
    return {"issuer_ms": round(1e3 * min(issued_s), 2), "receivers_ms": round(1e3 * received_s[0] / rounds, 2)}


def sealed(outgoing: Outgoing) -> Parcel:
    """A message in its envelope."""
    envelope = seal(
        outgoing, federation=FEDERATION, mode=Mode.EXERCISE, exercise="BENCH", issuer="kr", key=KEY, sign=SECRET.sign
    )
    return Parcel(
        message=outgoing.message,
        issuer="kr",
        recipient=outgoing.recipient,
        lane=outgoing.lane,
        subject=outgoing.subject,
        envelope=envelope,
    )


def files(partners: int) -> dict[str, float]:
    """Lines of a hub's and of a partner's server file, and the time to write them, everyone releasing to everyone."""
    names = codes(partners)
    hub = Hub(name="hub", address="127.0.0.1", leaf_port=1, client_port=2, monitor_port=3)
    members = tuple(
        Partner(code=name, name=name, client_port=4, monitor_port=5, releases_to=tuple(x for x in names if x != name))
        for name in names
    )
    federation = Federation(name="bench", modes=(Mode.EXERCISE,), hub=(hub,), partner=members, lanes=Lanes())
    passwords = dict.fromkeys(server_files.users(federation), "x")
    begun_s = time.process_time()
    text = server_files.hub_file(federation, hub, passwords)
    hub_s = time.process_time() - begun_s
    own = server_files.partner_file(federation, members[0], passwords)
    return {"hub_lines": text.count("\n"), "hub_s": round(hub_s, 3), "partner_lines": own.count("\n")}


def measure(plot: Path | None = None) -> dict[str, Any]:
    """All of it."""
    by_partners = {str(count): share(count, 0, ROUNDS) | files(count) for count in PARTNERS_COUNTS}
    by_tracks = {str(count): share(TRACKS_RECIPIENTS + 1, count, 2) for count in TRACKS_COUNTS}
    for count, row in by_partners.items():
        row["issuer_us_each"] = round(1e3 * row["issuer_ms"] / (int(count) - 1), 1)
    for count, row in by_tracks.items():
        row["issuer_us_each"] = round(1e3 * row["issuer_ms"] / (int(count) * TRACKS_RECIPIENTS), 1)
    if plot is not None:
        draw(by_partners, by_tracks, plot)
    return {"partners": by_partners, "tracks": by_tracks}


def draw(by_partners: dict[str, Any], by_tracks: dict[str, Any], place: Path) -> None:
    """Both as a picture, with the straight line through the largest."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, rows, counted, title in (
        (left, by_partners, [int(count) - 1 for count in by_partners], "one warning, by recipients"),
        (
            right,
            by_tracks,
            [int(count) for count in by_tracks],
            f"one round of paths to {TRACKS_RECIPIENTS}, by tracks",
        ),
    ):
        for key, label, marker in (("issuer_ms", "issuer", "o"), ("receivers_ms", "all receivers together", "s")):
            values = [row[key] for row in rows.values()]
            (line,) = axes.plot(counted, values, marker=marker, label=label)
            axes.plot([0, counted[-1]], [0, values[-1]], linestyle=":", color=line.get_color(), linewidth=1.0)
        axes.set(xlabel=title.rpartition("by ")[2], ylabel="computing time, ms", title=title, xlim=0, ylim=0)
        axes.legend()
    figure.savefig(place, dpi=110)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Growth of sharing with recipients and tracks.")
    parser.add_argument("--plot", type=Path, help="write the picture there")
    print(json.dumps(measure(parser.parse_args().plot)))
