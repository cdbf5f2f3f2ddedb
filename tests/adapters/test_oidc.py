"""What the provider's word is worth: only signed by it, for us, for this log-in, and still good."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from bongsu.adapters.oidc import OidcProvider, OidcSettings, Pending
from bongsu.base.errors import BadInput, LoginFailed

CLIENT = "bongsu-kr"
ISSUER = "https://provider.example"


def claims(**changes: Any) -> dict[str, Any]:
    now = 4_000_000_000
    good = {"iss": ISSUER, "aud": CLIENT, "exp": now, "iat": 1_700_000_000, "nonce": "n", "preferred_username": "kim"}
    return {**good, **changes}


def test_only_the_issuers_own_good_word_for_us_and_this_log_in_counts() -> None:
    provider = OidcProvider(OidcSettings(issuer=ISSUER, client=CLIENT))
    ours, other = RSAKey.generate_key(2048, auto_kid=True), RSAKey.generate_key(2048, auto_kid=True)

    async def fetched(address: str) -> Any:
        if address.endswith("openid-configuration"):
            addresses = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), f"{ISSUER}/x")
            return {"issuer": ISSUER, **addresses}
        return {"keys": [ours.as_dict(private=False)]}

    def verified(key: Any, algorithm: str = "RS256", **changes: Any) -> dict[str, Any]:
        token = jwt.encode({"alg": algorithm}, claims(**changes), key, algorithms=[algorithm])
        return asyncio.run(provider._verified(token, "n"))

    provider._fetched = fetched  # type: ignore[method-assign]
    assert verified(ours)["preferred_username"] == "kim"
    bad: list[tuple[Any, str, dict[str, Any]]] = [
        (other, "RS256", {}),
        (OctKey.import_key("a secret that both would have to share"), "HS256", {}),
        (ours, "RS256", {"iss": "https://elsewhere.example"}),
        (ours, "RS256", {"aud": "somebody-else"}),
        (ours, "RS256", {"exp": 1_700_000_001}),
        (ours, "RS256", {"nonce": "of another log-in"}),
        (ours, "RS256", {"exp": None}),
    ]
    for key, algorithm, changes in bad:
        with pytest.raises(LoginFailed) as failed:
            verified(key, algorithm, **changes)
        assert failed.value.reason == "bad_token", changes


def test_a_provider_that_is_not_there_is_said_so() -> None:
    gone = OidcProvider(OidcSettings(issuer="http://127.0.0.1:9", client=CLIENT))
    with pytest.raises(LoginFailed) as failed:
        asyncio.run(gone.begin("http://127.0.0.1:1/api/oidc/back"))
    assert failed.value.reason == "no_provider"
    with pytest.raises(LoginFailed):
        asyncio.run(gone.finish(Pending("", "s", "n", "v", "b"), "code"))
    with pytest.raises(BadInput, match="without TLS"):
        OidcProvider(OidcSettings(issuer="http://provider.example", client=CLIENT))
