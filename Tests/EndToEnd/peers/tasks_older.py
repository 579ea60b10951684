"""Tasks of the older era, by the last SDK that has them: as a server, or as a client that prints what it saw.

    tasks_older.py serve
    tasks_older.py TOOL COMMAND...      calls the tool as a task, says yes to what it asks, and prints JSON
"""

import json
import os
import sys
import warnings
from typing import Any

import anyio
import mcp.types as types
from mcp import ClientSession, McpError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

warnings.simplefilter("ignore")
JSON = dict[str, Any]
server: Server = Server("tasks")
server.experimental.enable_tasks()


@server.list_tools()
async def tools() -> list[types.Tool]:
    execution = types.ToolExecution(taskSupport="required")
    return [types.Tool(name=name, inputSchema={"type": "object"}, execution=execution) for name in ("ask", "pay")]


@server.call_tool()
async def call(name: str, arguments: JSON) -> types.CreateTaskResult:
    async def work(task: Any) -> types.CallToolResult:
        schema = {"type": "object", "properties": {"sure": {"type": "boolean"}}}
        try:
            said = await task.elicit("May I?", schema)
            text = f"{said.action} {json.dumps(said.content)}"
        except McpError as error:
            text = f"refused: {error}"
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)])

    return await server.request_context.experimental.run_task(work)


async def serve() -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


async def play(tool: str, command: list[str]) -> JSON:
    asked: list[str] = []

    async def elicit(_: Any, params: Any) -> types.ElicitResult:
        asked.append(params.message)
        return types.ElicitResult(action="accept", content={"sure": True})

    parameters = StdioServerParameters(command=command[0], args=command[1:], env=dict(os.environ))
    async with (
        stdio_client(parameters) as (reading, writing),
        ClientSession(reading, writing, elicitation_callback=elicit) as session,
    ):
        await session.initialize()
        try:
            task = (await session.experimental.call_tool_as_task(tool, {})).task
            result = await session.experimental.get_task_result(task.taskId, types.CallToolResult)
            status = (await session.experimental.get_task(task.taskId)).status
        except McpError as error:
            return {"asked": asked, "error": error.error.message}
        return {"asked": asked, "text": result.content[0].text, "status": status}


if sys.argv[1:] == ["serve"]:
    anyio.run(serve)
else:
    print(json.dumps(anyio.run(play, sys.argv[1], sys.argv[2:])))
