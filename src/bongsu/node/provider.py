"""The log-in provider of a node's settings."""

from __future__ import annotations

from pathlib import Path

from bongsu.adapters.oidc import OidcSettings
from bongsu.base.errors import BadInput
from bongsu.node.strict import Strict


class OidcTable(Strict):
    """The nation's own log-in provider; `secret` names a file, `claim` is what equals the name of an account."""

    issuer: str
    client: str
    secret: str = ""
    claim: str = "preferred_username"


def provider_of(table: OidcTable | None, base: Path, accounts: Path | None) -> OidcSettings | None:
    """The provider, if one is named. Raises `BadInput` where it has no accounts to name persons of."""
    if table is None:
        return None
    if accounts is None:
        raise BadInput("a log-in provider without accounts", 'name a file: accounts = "accounts.json"', "oidc")
    secret = base / table.secret if table.secret else None
    return OidcSettings(issuer=table.issuer, client=table.client, secret=secret, claim=table.claim)
