"""An agent: the client of one SDK, which does what it is told, one JSON object a line, and tells what comes of it.

    agent.py SDK COMMAND...     SDK is older, today, today-legacy or fastmcp

{"do": "call", "id", "tool", "arguments", "timeout": seconds or null, "progress": whether it wants to hear of it}
{"do": "cancel", "id"}          as a person does who has lost interest
It says {"ready": VERSION}, and of a call {"id", "progress"}, and at last {"id", "result"} or {"id", "error"}.
"""

import json
import os
import sys
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

import anyio

JSON = dict[str, Any]
warnings.simplefilter("ignore")


class Client(Protocol):
    version: str

    async def call(self, tool: str, arguments: JSON, timeout: float | None, progress: Any) -> Any: ...
    async def given_up(self, number: int) -> None:
        """After a call was given up whose request, counted from the first of the session, had this number."""


def say(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Today:
    """The SDK of today, and what is built on it: it tells the server by itself what it gives up."""

    def __init__(self, client: Any, version: str, is_fastmcp: bool = False) -> None:
        self.client, self.version, self._is_fastmcp = client, version, is_fastmcp

    def next_number(self) -> int:
        return 0

    async def call(self, tool: str, arguments: JSON, timeout: float | None, progress: Any) -> Any:
        if self._is_fastmcp:
            return await self.client.call_tool_mcp(tool, arguments, timeout=timeout, progress_handler=progress)
        return await self.client.call_tool(
            tool, arguments, read_timeout_seconds=timeout, progress_callback=progress
        )

    async def given_up(self, number: int) -> None:
        pass


class Older:
    """The last SDK that knows only the older era."""

    def __init__(self, session: Any, version: str) -> None:
        self.session, self.version = session, version

    def next_number(self) -> int:
        return self.session._request_id

    async def call(self, tool: str, arguments: JSON, timeout: float | None, progress: Any) -> Any:
        limit = None if timeout is None else timedelta(seconds=timeout)
        return await self.session.call_tool(
            tool, arguments, read_timeout_seconds=limit, progress_callback=progress
        )

    async def given_up(self, number: int) -> None:
        import mcp.types as types

        # This SDK does not tell the server by itself, and not at all when its time is over.
        params = types.CancelledNotificationParams(requestId=number, reason="no interest any more")
        await self.session.send_notification(types.ClientNotification(types.CancelledNotification(params=params)))


@asynccontextmanager
async def connect(sdk: str, command: list[str]) -> AsyncIterator[Any]:
    environment, info = dict(os.environ), {"name": sdk, "version": "1"}
    if sdk == "fastmcp":
        import logging

        from fastmcp import Client
        from fastmcp.client.transports import StdioTransport
        from mcp.types import Implementation

        logging.disable(logging.CRITICAL)
        transport = StdioTransport(command[0], command[1:], env=environment, keep_alive=False)
        async with Client(transport, client_info=Implementation.model_validate(info)) as client:
            yield Today(client, client.protocol_version, is_fastmcp=True)
        return
    from mcp import StdioServerParameters
    from mcp.client.stdio import stdio_client
    from mcp.types import Implementation

    about = Implementation.model_validate(info)
    server = StdioServerParameters(command=command[0], args=command[1:], env=environment)
    if sdk == "older":
        from mcp import ClientSession

        async with stdio_client(server) as (read, write), ClientSession(read, write, client_info=about) as session:
            yield Older(session, (await session.initialize()).protocolVersion)
    else:
        from mcp import Client

        mode = "legacy" if sdk == "today-legacy" else "auto"
        async with Client(stdio_client(server), mode=mode, client_info=about) as client:
            yield Today(client, client.protocol_version)


async def serve(client: Any) -> None:
    scopes: dict[int, anyio.CancelScope] = {}
    numbers: dict[int, int] = {}

    async def call(order: JSON) -> None:
        id = order["id"]

        async def reported(done: float, total: float | None, message: str | None) -> None:
            say(id=id, progress=[done, total, message])

        try:
            with anyio.CancelScope() as scope:
                scopes[id], numbers[id] = scope, client.next_number()
                done = await client.call(
                    order["tool"], order["arguments"], order.get("timeout"), reported if order.get("progress") else None
                )
                say(id=id, result=done.model_dump(mode="json", by_alias=True, exclude_unset=True))
                return
            await client.given_up(numbers[id])
            say(id=id, error="given up")
        except Exception as error:
            say(id=id, error=f"{type(error).__name__}: {error}")

    async with anyio.create_task_group() as group:
        async for line in anyio.wrap_file(sys.stdin):
            order = json.loads(line)
            if order["do"] == "cancel":
                scopes[order["id"]].cancel()
            else:
                group.start_soon(call, order)
        group.cancel_scope.cancel()


async def main() -> None:
    async with connect(sys.argv[1], sys.argv[2:]) as client:
        say(ready=client.version)
        await serve(client)


if __name__ == "__main__":
    anyio.run(main)
