"""The latest lane at the receiver: newer replaces older, and nothing older ever comes back."""

from bongsu.model.message import Lane, Outgoing
from bongsu.model.warning import Path
from bongsu.wire import payloads_v1
from tests.core.harness import Node, at


def path_message(sequence: int) -> Outgoing:
    path = Path(
        warning="kr-E1", time_ns=at(sequence).exercise_ns, latitude_rad=0.7, longitude_rad=2.2, altitude_m=1_000.0
    )
    kind, payload = payloads_v1.payload_of(path)
    return Outgoing(
        message=f"kr-jp-e1-l{sequence}",
        recipient="jp",
        lane=Lane.LATEST,
        epoch=1,
        sequence=sequence,
        kind=kind,
        subject="path.kr-E1",
        body=payloads_v1.encode(payload),
        issued_ns=at(sequence).link_ns,
    )


def test_repetitions_and_late_ones_are_dropped_however_often_they_come() -> None:
    kr, jp = Node("kr"), Node("jp")
    for second, sequence in enumerate((2, 2, 2, 1, 1, 3, 2, 3, 3, 1), start=5):
        jp.hear(at(second), kr, path_message(sequence))
    heard = [item.body.time_ns for item in jp.items if isinstance(item.body, Path)]
    assert heard == [at(2).exercise_ns, at(3).exercise_ns]
