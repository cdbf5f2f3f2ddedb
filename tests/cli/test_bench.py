"""`bongsu bench`: the table, and the document of the sharing benchmark; the measuring itself runs by hand and in `make bench`."""

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
