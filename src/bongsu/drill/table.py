"""The live table of a drill: what each nation knows now, and the captions below it. On a terminal it is redrawn in place, else captions are lines."""

import asyncio
import sys
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bongsu.base.limits import TABLE_S
from bongsu.base.time import format_time
from bongsu.base.units import METRES_PER_KILOMETRE, ns_to_seconds
from bongsu.drill.captions import place_text
from bongsu.drill.pacing import Pace
from bongsu.drill.telling import MARK
from bongsu.drill.watch import NodeWatch, Watch
from bongsu.model.alarm import AlarmState
from bongsu.model.event import Assessment, Event
from bongsu.model.freshness import FreshnessState

_EVENTS_SHOWN_COUNT = 4
_STATE_STYLES = {
    FreshnessState.FRESH: "green",
    FreshnessState.CATCHING_UP: "yellow",
    FreshnessState.STALE: "red",
    FreshnessState.UNKNOWN: "red",
}
_ALARMS = {
    AlarmState.ACTIVE_UNACKNOWLEDGED: Text("ALARM", style="bold white on red"),
    AlarmState.ACTIVE_ACKNOWLEDGED: Text("acknowledged", style="yellow"),
    AlarmState.ENDED_UNACKNOWLEDGED: Text("ended, not acknowledged", style="magenta"),
    AlarmState.NORMAL: Text("normal", style="dim"),
}


class LiveTable:
    """Shows a drill while it runs. `say` is how all other lines must be written meanwhile, so that they do not tear the table."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._live: Live | None = None
        self._said_count = 0

    def say(self, line: str) -> None:
        """A line for those who watch."""
        self._console.print(f"bongsu: {line}", style="dim", highlight=False, markup=False, soft_wrap=True)

    async def show(self, watch: Watch, pace: Pace, hub: Callable[[], str]) -> None:
        """Until cancelled."""
        self._said_count = 0
        if not self._console.is_terminal:
            while True:
                self._say_new(watch)
                await asyncio.sleep(TABLE_S)
        with Live(console=self._console, auto_refresh=False, transient=False) as live:
            try:
                while True:
                    live.update(render(watch, pace, hub()), refresh=True)
                    await asyncio.sleep(TABLE_S)
            finally:
                live.update(render(watch, pace, hub()), refresh=True)

    def _say_new(self, watch: Watch) -> None:
        new = watch.said_count - self._said_count
        self._said_count = watch.said_count
        for caption in list(watch.captions)[max(len(watch.captions) - new, 0) :]:
            sys.stderr.write(f"{caption}\n")
        sys.stderr.flush()


def render(watch: Watch, pace: Pace, hub: str) -> Panel:
    """The table, the captions, and the mark of the exercise around them."""
    scenario, now = watch.scenario, pace.now()
    since_s = ns_to_seconds(now.exercise_ns - scenario.start_ns)
    table = Table(expand=True, box=None, padding=(0, 1))
    for title in ("nation", "event", "says", "status", "launch", "impact", "apogee", "alarm", "partners"):
        table.add_column(title, no_wrap=title in ("nation", "event", "status"))
    for node in watch.nodes.values():
        _add_node(table, node)
    captions = [
        Text(caption, style="bold" if place == len(watch.captions) - 1 else "")
        for place, caption in enumerate(watch.captions)
    ]
    clock = f"{format_time(now.exercise_ns, 0)}   {since_s:,.0f} s after the start   {pace.speed():g} x   hub {hub}"
    return Panel(
        Group(Text(clock), table, Text(""), *captions),
        title=f"{scenario.title}  |  {MARK}",
        subtitle=scenario.exercise,
        border_style="cyan",
    )


def _add_node(table: Table, node: NodeWatch) -> None:
    events = [event for event in node.events.values() if event.assessments][-_EVENTS_SHOWN_COUNT:]
    name = Text(node.name if node.up else f"{node.name} (down)", style="bold" if node.up else "red")
    if not events:
        table.add_row(name, "", Text("no warning", style="dim"), "", "", "", "", "", _partners(node))
    for event in events:
        for one in event.assessments:
            table.add_row(
                name,
                event.event if name else "",
                *_assessment(one),
                _alarm(node, event, name),
                _partners(node) if name else "",
            )
            name = Text("")


def _assessment(one: Assessment) -> tuple[str, str, str, str, str]:
    estimate = one.warning.estimate
    says = "own" if one.basis == "own" else f"{one.origin} says"
    status = one.warning.status.value
    if estimate is None:
        return says, status, "", "", ""
    launch = place_text(estimate.launch) if estimate.launch is not None else ""
    impact = ""
    if estimate.impact is not None:
        semi_m = estimate.impact.semi_major_m
        wide = f" ±{semi_m / METRES_PER_KILOMETRE:.0f} km" if semi_m is not None else ""
        impact = place_text(estimate.impact) + wide
    apogee = f"{estimate.apogee_m / METRES_PER_KILOMETRE:,.0f} km" if estimate.apogee_m is not None else ""
    return says, status, launch, impact, apogee


def _alarm(node: NodeWatch, event: Event, name: Text) -> Text:
    alarm = node.alarms.get(event.event)
    return _ALARMS[alarm.state] if alarm is not None and name else Text("")


def _partners(node: NodeWatch) -> Text:
    """How fresh each partner is."""
    parts = Text()
    for source in sorted(node.sources):
        freshness = node.sources[source]
        if freshness.kind == "partner":
            parts.append(f"{source} {freshness.state.value.replace('_', ' ')}  ", style=_STATE_STYLES[freshness.state])
    return parts
