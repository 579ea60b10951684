"""A server of the last SDK that wants its clients to log in, and the place where they do: login_server.py

It prints its port. Whoever comes to log in is the one user there is, who agrees to everything.
"""

import secrets
import socket
import time

from mcp.server.auth.provider import AccessToken, AuthorizationCode, AuthorizationParams, construct_redirect_uri
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions
from mcp.server.fastmcp import FastMCP
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken


class Agreeing:
    """Gives everybody who asks a token."""

    def __init__(self) -> None:
        self.clients: dict[str, OAuthClientInformationFull] = {}
        self.codes: dict[str, AuthorizationCode] = {}
        self.tokens: dict[str, AccessToken] = {}

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        self.clients[client_info.client_id] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        code = secrets.token_hex(16)
        self.codes[code] = AuthorizationCode(
            code=code, client_id=client.client_id, scopes=params.scopes or [], expires_at=time.time() + 60,
            code_challenge=params.code_challenge, redirect_uri=params.redirect_uri, resource=params.resource,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
        )
        return construct_redirect_uri(str(params.redirect_uri), code=code, state=params.state)

    async def load_authorization_code(self, client: OAuthClientInformationFull, code: str) -> AuthorizationCode | None:
        return self.codes.get(code)

    async def exchange_authorization_code(self, client: OAuthClientInformationFull, code: AuthorizationCode) -> OAuthToken:
        del self.codes[code.code]
        token = secrets.token_hex(16)
        self.tokens[token] = AccessToken(
            token=token, client_id=client.client_id, scopes=code.scopes, resource=code.resource, expires_at=None
        )
        return OAuthToken(access_token=token, token_type="Bearer", scope=" ".join(code.scopes))

    async def load_access_token(self, token: str) -> AccessToken | None:
        return self.tokens.get(token)


with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    port = one.getsockname()[1]
here = f"http://127.0.0.1:{port}"
agreeing = Agreeing()
server = FastMCP(
    "safe", host="127.0.0.1", port=port, auth_server_provider=agreeing, log_level="CRITICAL",
    auth=AuthSettings(
        issuer_url=here, resource_server_url=f"{here}/mcp", required_scopes=["notes"], validate_token_resource=False,
        client_registration_options=ClientRegistrationOptions(enabled=True, valid_scopes=["notes"], default_scopes=["notes"]),
    ),
)


@server.tool()
def whose() -> str:
    """Tells for which address tokens were given out."""
    return " ".join(sorted(str(token.resource) for token in agreeing.tokens.values()))


print(port, flush=True)
server.run("streamable-http")
