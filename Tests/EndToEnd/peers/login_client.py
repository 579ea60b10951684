"""A client of the last SDK that logs in where it is sent to: login_client.py URL

Prints one JSON object: {"places": where it was sent to log in, "tools", "text": what `whose` answered}
"""

import json
import logging
import sys
import warnings
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx
from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
BACK = "http://localhost:3030/back"


class Memory:
    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


async def main() -> None:
    places: list[str] = []
    came_back: list[tuple[str, str | None]] = []

    async def visit(place: str) -> None:
        """What a browser would do, and its user."""
        parts = urlsplit(place)
        places.append(f"{parts.scheme}://{parts.netloc}{parts.path}")
        async with httpx.AsyncClient() as browser:
            answer = await browser.get(place)
        assert answer.status_code == 302, answer.text
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        came_back.append((query["code"][0], query.get("state", [None])[0]))

    async def result() -> tuple[str, str | None]:
        return came_back.pop()

    metadata = OAuthClientMetadata(client_name="visitor", redirect_uris=[BACK])
    login = OAuthClientProvider(sys.argv[1], metadata, Memory(), visit, result)
    async with (
        httpx.AsyncClient(auth=login, timeout=60) as http,
        streamable_http_client(sys.argv[1], http_client=http) as (reading, writing, _),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        tools = [tool.name for tool in (await session.list_tools()).tools]
        text = (await session.call_tool("whose", {})).content[0].text
        print(json.dumps({"places": places, "tools": tools, "text": text}))


anyio.run(main)
