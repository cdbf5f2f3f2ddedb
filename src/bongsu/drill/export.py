"""A scenario's plots as a detections file, with the truth beside it.

For `bongsu track`, and for whoever builds another tracker.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from bongsu.drill import detections, figures, scenario


def detection_lines(drill: scenario.Scenario, seed: int, owner: str | None = None) -> Iterator[bytes]:
    """Lines (without line end) of a detections file: the sensors first, then plots and status in time order.

    `owner` keeps one nation's sensors only.
    """
    encoder = msgspec.json.Encoder()
    for described in detections.sensor_lines(drill):
        if owner in (None, described.owner):
            yield encoder.encode(described)
    for sent in detections.stream(drill, scenario.solve(drill), seed):
        if owner in (None, sent.owner):
            yield encoder.encode(sent.line)


def write_truth(drill: scenario.Scenario, path: Path) -> None:
    """Writes the truth's figures and paths."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(figures.truth_document(scenario.solve(drill)))) + b"\n")
