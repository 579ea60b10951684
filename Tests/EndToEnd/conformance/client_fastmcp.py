"""FastMCP's client plays the scenarios: client_fastmcp.py JOBS, and prints what it saw as JSON."""

import json
import logging
import sys
import warnings
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import mcp_types as types
from fastmcp import Client
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport

import client_today
import scenarios
from client_today import plain
from material import JSON

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


class Playing(client_today.Playing):
    """The client as the scenarios want it: where FastMCP has a way of its own, that is the one taken."""

    async def asked_for_sample(self, messages: Any, params: Any, context: Any) -> Any:
        return await self.sampled(context, params)

    async def asked_for_form(self, message: str, kind: Any, params: Any, context: Any) -> Any:
        return await self.elicited(context, params)

    async def asked_for_roots(self, context: Any) -> list[Any]:
        return [types.Root.model_validate(one) for one in (await self.rooted(context)).model_dump(by_alias=True)["roots"]]

    async def introduction(self) -> JSON:
        return {**await super().introduction(), "connected": self.client.is_connected()}

    async def ping(self) -> JSON:
        return {"pong": await self.client.ping()}

    async def set_level(self, level: Any) -> JSON:
        await self.client.set_logging_level(level)
        return {}

    async def complete(self, reference: JSON, argument: JSON) -> JSON:
        model = types.PromptReference if reference["type"] == "ref/prompt" else types.ResourceTemplateReference
        return plain(await self.client.complete_mcp(model.model_validate(reference), argument))

    async def page(self, kind: str, cursor: str | None) -> JSON:
        lists = {
            "tools": self.client.list_tools_mcp,
            "resources": self.client.list_resources_mcp,
            "resourceTemplates": self.client.list_resource_templates_mcp,
            "prompts": self.client.list_prompts_mcp,
        }
        return plain(await lists[kind](cursor=cursor))

    async def tool_names(self) -> list[str]:
        return [tool.name for tool in await self.client.list_tools()]

    async def call(self, tool: str, arguments: JSON, progress: Any = False) -> JSON:
        handler = None if progress is False else self.reporter(progress)
        done = await self.client.call_tool(tool, arguments, progress_handler=handler, raise_on_error=False)
        return {
            "content": [plain(block) for block in done.content],
            **({"structuredContent": done.structured_content} if done.structured_content is not None else {}),
            "isError": done.is_error,
            "meta": done.meta,
            "data": repr(done.data),
        }

    async def give_up(self, tool: str, arguments: JSON) -> JSON:
        return plain(await self.client.call_tool_mcp(tool, arguments, timeout=0.2))

    async def read(self, uri: str) -> JSON:
        return plain(await self.client.read_resource_mcp(uri))

    async def subscribe(self, uri: str) -> JSON:
        return plain(await self.session.subscribe_resource(uri))

    async def unsubscribe(self, uri: str) -> JSON:
        return plain(await self.session.unsubscribe_resource(uri))

    async def prompt(self, name: str, arguments: dict[str, str]) -> JSON:
        return plain(await self.client.get_prompt_mcp(name, arguments))


@asynccontextmanager
async def connect(job: JSON) -> Any:
    playing = Playing(job)
    if "url" in job:
        # Two hundred calls that wait for each other need as many connections.
        limits = httpx2.Limits(max_connections=None)
        transport = StreamableHttpTransport(
            job["url"], httpx_client_factory=lambda **more: httpx2.AsyncClient(**{**more, "limits": limits, "timeout": 60})
        )
    else:
        command, *arguments = job["command"]
        transport = StdioTransport(
            command, arguments, env=job["environment"], keep_alive=False, log_file=Path(job["errors"])
        )
    async with Client(
        transport,
        mode=job["mode"],
        roots=playing.asked_for_roots,
        sampling_handler=playing.asked_for_sample,
        elicitation_handler=playing.asked_for_form,
        log_handler=playing.logged,
        message_handler=playing.received,
    ) as client:
        playing.client = client
        yield playing


if __name__ == "__main__":
    print(json.dumps(anyio.run(scenarios.play_all, json.loads(sys.argv[1]), connect)))
