"""A client of one SDK over HTTP that looks at everything once and calls what it is told to.

    visitor.py SDK URL TOOLS [NAME=ARGUMENTS]...     SDK is older, today, today-legacy, today-modern or fastmcp

Asks for the list of tools until there are so many, as a client would that hears of changes.

Prints one JSON object: {"version", "instructions", "tools", "prompts", "resources", "calls": [[isError, text]...], "read", "seconds"}
"""

import json
import logging
import sys
import time
import warnings
from contextlib import asynccontextmanager
from typing import Any

import anyio

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
MODES = {"today": "auto", "today-legacy": "legacy", "today-modern": "2026-07-28"}


@asynccontextmanager
async def connect(sdk: str, url: str) -> Any:
    if sdk == "fastmcp":
        from fastmcp import Client
        from fastmcp.client.transports import StreamableHttpTransport

        async with Client(StreamableHttpTransport(url)) as client:
            yield client, client.protocol_version, client.instructions
        return
    from mcp.client.streamable_http import streamable_http_client

    if sdk == "older":
        from mcp import ClientSession

        async with streamable_http_client(url) as (read, write, _), ClientSession(read, write) as session:
            begun = await session.initialize()
            yield session, begun.protocolVersion, begun.instructions
    else:
        from mcp import Client

        async with Client(streamable_http_client(url), mode=MODES[sdk]) as client:
            yield client, client.protocol_version, client.instructions


def members(answer: Any, kind: str) -> list[Any]:
    """What a list holds, whether its SDK gives the result or the list."""
    return getattr(answer, kind, answer)


async def main() -> None:
    sdk, url, wanted, *calls = sys.argv[1:]
    async with connect(sdk, url) as (client, version, instructions):
        start = time.monotonic()
        seen: dict[str, Any] = {"version": version, "instructions": instructions}
        while True:
            seen["tools"] = [tool.name for tool in members(await client.list_tools(), "tools")]
            seen.setdefault("seconds", time.monotonic() - start)
            if len(seen["tools"]) >= int(wanted) or time.monotonic() - start > 90:
                break
            await anyio.sleep(0.5)
        seen["prompts"] = [prompt.name for prompt in members(await client.list_prompts(), "prompts")]
        resources = members(await client.list_resources(), "resources")
        seen["resources"] = [str(resource.uri) for resource in resources]
        seen["calls"] = []
        for one in calls:
            name, _, arguments = one.partition("=")
            call = client.call_tool_mcp if sdk == "fastmcp" else client.call_tool
            result = await call(name, json.loads(arguments or "{}"))
            is_error = result.isError if hasattr(result, "isError") else result.is_error
            seen["calls"].append([bool(is_error), result.content[0].text])
        if resources:
            answer = await client.read_resource(resources[0].uri)
            seen["read"] = members(answer, "contents")[0].text
        print(json.dumps(seen))


anyio.run(main)
