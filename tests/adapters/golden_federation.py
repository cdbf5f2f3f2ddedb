"""The federations whose server files are kept as golden text; run as a module to write them anew after a wanted change.

python -m tests.adapters.golden_federation
"""

from __future__ import annotations

from pathlib import Path

from bongsu.adapters.federation import server_files
from bongsu.adapters.federation.description import Federation, one_machine, ports_needed
from bongsu.model.mode import Mode

PLACE = Path(__file__).resolve().parent.parent / "data" / "golden" / "federation"
PARTNERS = {"kr": "Korea", "us": "United States", "jp": "Japan"}


def described(hubs: int = 1) -> Federation:
    """Three nations, both modes, fixed ports."""
    ports = list(range(26_001, 26_001 + ports_needed(len(PARTNERS), hubs)))
    return one_machine("golden", PARTNERS, (Mode.REAL, Mode.EXERCISE), ports, hubs)


def files() -> dict[str, str]:
    """Name and text of every golden file."""
    one, two = described(), described(hubs=2)
    found = {"hub.conf": server_files.hub_file(one, one.hub[0], passwords(one))}
    for partner in one.partner:
        found[f"{partner.code}.conf"] = server_files.partner_file(one, partner, passwords(one))
    found["hub2-of-two.conf"] = server_files.hub_file(two, two.hub[1], passwords(two))
    found["kr-of-two.conf"] = server_files.partner_file(two, two.partner[0], passwords(two))
    return found


def passwords(federation: Federation) -> dict[tuple[str, str], str]:
    """Passwords that are none."""
    return {(server, user): f"password-of-{user}-at-{server}" for server, user in server_files.users(federation)}


if __name__ == "__main__":
    PLACE.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (PLACE / name).write_text(text, encoding="utf-8")
