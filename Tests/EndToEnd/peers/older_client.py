"""A client of the last SDK that knows only the older era: prints what it saw as one JSON object.

    older_client.py TOOL ARGUMENTS COMMAND...
"""

import asyncio
import json
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main() -> None:
    tool, arguments, *command = sys.argv[1:]
    server = StdioServerParameters(command=command[0], args=command[1:], env=dict(os.environ))
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        greeting = await session.initialize()
        tools = await session.list_tools()
        result = await session.call_tool(tool, json.loads(arguments))
        print(json.dumps({
            "version": greeting.protocolVersion,
            "tools": [one.model_dump(mode="json", by_alias=True, exclude_unset=True) for one in tools.tools],
            "result": result.model_dump(mode="json", by_alias=True, exclude_unset=True),
        }))


asyncio.run(main())
