"""A server of the SDK of today whose resources change when its tool `change` is called."""

from typing import Any

import anyio
import mcp_types as types
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.subscriptions import ResourceUpdated

bus = InMemorySubscriptionBus()


async def list_tools(context: Any, params: Any) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[types.Tool(name="change", input_schema={"type": "object"})])


async def call(context: Any, params: Any) -> types.CallToolResult:
    await bus.publish(ResourceUpdated(uri=params.arguments["uri"]))
    return types.CallToolResult(content=[types.TextContent(text="changed")])


server = Server("watched", on_list_tools=list_tools, on_call_tool=call, on_subscriptions_listen=ListenHandler(bus))


async def main() -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


anyio.run(main)
