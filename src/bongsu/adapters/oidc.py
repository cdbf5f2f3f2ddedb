"""Log-in through a nation's own OpenID Connect provider: authorization code with PKCE, by Authlib; the ID token is verified here.

The provider says who somebody is; what that person may do stands in the node's accounts, so that whoever is removed there is out at once. Sources:
OpenID Connect Core 1.0 sections 3.1.2 and 3.1.3, Discovery 1.0 section 4, RFC 7636 (S256).
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from bongsu.adapters.secret_files import read_secret
from bongsu.base.errors import BadInput, LoginFailed
from bongsu.base.limits_console import OIDC_PATIENCE_S

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by the provider's key alone: `none` and those with a shared secret are refused."""
LEEWAY_S = 30
_EXTRA = "install Bongsu with its extra `oidc`"


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A provider and our name there. `claim` is what must equal the name of an account."""

    issuer: str
    client: str
    secret: Path | None = None
    claim: str = "preferred_username"


class Pending(msgspec.Struct, frozen=True):
    """A log-in that has begun: what must come back, and what only we know."""

    address: str
    state: str
    nonce: str
    verifier: str
    back: str


class OidcProvider:
    """One provider. Its addresses and keys are read when first needed, its keys again when one is not known."""

    def __init__(self, settings: OidcSettings) -> None:
        parts = urlsplit(settings.issuer)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise BadInput("an issuer without TLS", "use an https address", settings.issuer)
        try:
            import authlib.integrations.httpx_client  # noqa: F401
        except ImportError:
            raise BadInput("log-in through a provider needs Authlib", _EXTRA, settings.issuer) from None
        self._settings = settings
        self._secret = None if settings.secret is None else read_secret(settings.secret).decode().strip()
        self._metadata: dict[str, Any] | None = None
        self._keys: Any = None

    async def begin(self, back: str) -> Pending:
        """Where the person's browser goes; `back` is our address to which the provider sends it back. Raises `LoginFailed`."""
        metadata = await self._discovered()
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        async with self._client(back) as client:
            address, state = client.create_authorization_url(
                metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        return Pending(address, state, nonce, verifier, back)

    async def finish(self, pending: Pending, code: str) -> str:
        """The name that the provider vouches for. Raises `LoginFailed`."""
        from authlib.common.errors import AuthlibBaseError
        from httpx2 import HTTPError

        metadata = await self._discovered()
        try:
            async with self._client(pending.back) as client:
                token = await client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=pending.verifier,
                )
        except (AuthlibBaseError, HTTPError, ValueError) as error:
            raise LoginFailed("provider_refuses", str(error)) from None
        claims = await self._verified(str(token.get("id_token", "")), pending.nonce)
        name = claims.get(self._settings.claim)
        if not isinstance(name, str) or not name:
            raise LoginFailed("no_name", f"the provider's word has no {self._settings.claim}")
        return name

    def _client(self, back: str) -> Any:
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        return AsyncOAuth2Client(
            self._settings.client,
            self._secret,
            scope="openid profile",
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            timeout=OIDC_PATIENCE_S,
            trust_env=False,
        )

    async def _fetched(self, address: str) -> Any:
        import httpx2

        try:
            async with httpx2.AsyncClient(timeout=OIDC_PATIENCE_S, trust_env=False) as client:
                answer = await client.get(address)
                answer.raise_for_status()
                return answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise LoginFailed("no_provider", f"{address}: {error}") from None

    async def _discovered(self) -> dict[str, Any]:
        if self._metadata is None:
            issuer = self._settings.issuer.rstrip("/")
            metadata = await self._fetched(f"{issuer}/.well-known/openid-configuration")
            needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
            if not isinstance(metadata, dict) or not all(isinstance(metadata.get(key), str) for key in needed):
                raise LoginFailed("no_provider", f"{issuer} does not describe itself")
            if metadata["issuer"].rstrip("/") != issuer:
                raise LoginFailed("no_provider", f"{issuer} calls itself {metadata['issuer']}")
            self._metadata = metadata
        return self._metadata

    async def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        """The claims of a token that the issuer signed for us, for this log-in, and that is still good."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        metadata = await self._discovered()
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": metadata["issuer"]},
            aud={"essential": True, "value": self._settings.client},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            token = jwt.decode(id_token, await self._key_set(anew=False), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # perhaps the provider has changed its key
            try:
                token = jwt.decode(id_token, await self._key_set(anew=True), algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                raise LoginFailed("bad_token", str(error)) from None
        try:
            registry.validate(token.claims)
        except JoseError as error:
            raise LoginFailed("bad_token", str(error)) from None
        return dict(token.claims)

    async def _key_set(self, anew: bool) -> Any:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        if self._keys is None or anew:
            told = await self._fetched((await self._discovered())["jwks_uri"])
            try:
                self._keys = KeySet.import_key_set(told)
            except (JoseError, KeyError, TypeError, ValueError) as error:
                raise LoginFailed("no_provider", f"its keys cannot be read ({error})") from None
        return self._keys
