"""`bongsu bench`: the table, and the document of the sharing benchmark; the measuring itself runs by hand and in `make bench`."""

import numpy as np
from click.testing import CliRunner

from bongsu.cli.bench import COMMANDS, benchmark, share_document
from bongsu.cli.main import main

NETWORK = {
    "ratio_p50": 1.2,
    "ratio_p99": 1.5,
    "ours_p50_ms": 3.0,
    "ours_p99_ms": 9.0,
    "ours_count": 399,
    "bare_p50_ms": 2.5,
    "bare_p99_ms": 6.0,
    "latest_arrived_per_s": 9_900,
    "latest_offered_per_s": 10_000,
    "latest_p99_ms": 80.0,
}
CORE = {"verified_per_s": 9_000, "released_and_sealed_per_s": 6_000}


def test_every_benchmark_of_the_table_is_there() -> None:
    told = CliRunner().invoke(main, ["bench", "--help"])
    assert told.exit_code == 0
    for name in COMMANDS:
        assert name in told.output
        assert CliRunner().invoke(main, ["bench", name, "--help"]).exit_code == 0


def test_ratios_come_first_and_what_was_not_measured_is_null() -> None:
    document = share_document(NETWORK, CORE, None, 400)
    assert list(document)[:2] == ["ratio_p50", "ratio_p99"]
    assert document["taky_p50_ms"] is None
    assert document["lost"] == 1
    assert share_document(NETWORK, CORE, {"p50_ms": 0.3, "p99_ms": 4.0}, 399)["ratio_p50_to_taky"] == 10.0


def test_a_core_lets_in_what_the_other_releases() -> None:
    found = benchmark("share_core").measure(50)
    assert found["verified_per_s"] > 100
    assert found["envelope_bytes"] > 500


def test_a_warning_is_timed_from_its_signed_issue() -> None:
    """Its own time leaves in whole seconds, so it would give latencies that are off by up to half a second, also below nothing."""
    core, time_ns = benchmark("share_core"), 1_777_593_600_123_456_789
    _, envelope = core.Issuer().say(time_ns)
    assert benchmark("share_network").issued_ns(envelope) == time_ns
    receiver = core.Receiver()
    assert [len(receiver.take(envelope)) for _ in range(2)] == [1, 0], "a repetition is no fault"


def test_tracking_is_measured_without_a_peer(monkeypatch) -> None:
    rooms = benchmark("track_rooms")
    monkeypatch.setattr(rooms, "interpreter", lambda: None)
    said: list[str] = []
    found = rooms.measure(3, 0.01, 5, said.append)
    assert said == ["no Stone Soup on this machine, so peer_* is null; see requirements/bench.in"]
    assert list(found)[:3] == ["scans_per_s", "peer_scans_per_s", "ratio"]
    assert found["peer_scans_per_s"] is None and found["peer_salvo"] is None
    assert found["tracks"] == found["objects_tracked"] == 3
    assert 0.0 < found["rmse_m"] < 600.0
    assert found["salvo"]["completeness"] > 0.8


def test_bounds_of_the_tracking_benchmark_are_told() -> None:
    told = CliRunner().invoke(main, ["bench", "track", "--objects", "100000"])
    assert told.exit_code == 2
    assert "300" in told.output


def test_gospa_of_one_near_one_missed_and_one_false() -> None:
    metrics = benchmark("track_metrics")
    found = metrics.gospa(np.array([[0.0, 0, 0], [1e5, 0, 0]]), np.array([[300.0, 400.0, 0], [-1e5, 0, 0]]), 1_000.0)
    assert (found["pairs"], found["missed"], found["false"]) == (1, 1, 1)
    assert np.isclose(found["gospa_m"], np.sqrt(500.0**2 + 0.5 * 1_000.0**2 * 2))
