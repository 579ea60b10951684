"""The client of the SDK of today plays the scenarios: client_today.py JOBS, and prints what it saw as JSON."""

import json
import sys
import warnings
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import mcp.types as types
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import listen
from mcp.shared.inbound import encode_header_value

import scenarios
from material import JSON

warnings.simplefilter("ignore")


def plain(model: Any) -> Any:
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Playing(scenarios.Player):
    """The client as the scenarios want it."""

    client: Any = None

    @property
    def session(self) -> Any:
        return self.client.session

    @property
    def modern(self) -> bool:
        return self.client.protocol_version >= "2026"

    # What the server says

    async def sampled(self, context: Any, params: Any) -> Any:
        self.record.asked.append(["sampling/createMessage", plain(params)])
        return types.CreateMessageResult.model_validate(scenarios.sampled(plain(params)))

    async def elicited(self, context: Any, params: Any) -> Any:
        self.record.asked.append(["elicitation/create", plain(params)])
        return types.ElicitResult.model_validate(scenarios.elicited(plain(params)))

    async def rooted(self, context: Any) -> Any:
        self.record.asked.append(["roots/list", {}])
        return types.ListRootsResult.model_validate(scenarios.ROOTS)

    async def logged(self, params: Any) -> None:
        self.record.log.append(plain(params))

    async def received(self, message: Any) -> None:
        if not isinstance(message, types.LoggingMessageNotification | types.ProgressNotification):
            self.record.messages.append([type(message).__name__, plain(message) if hasattr(message, "model_dump") else str(message)])

    # What it does

    async def introduction(self) -> JSON:
        client = self.client
        return {
            "version": client.protocol_version,
            "server": plain(client.server_info),
            "capabilities": plain(client.server_capabilities),
            "instructions": client.instructions,
        }

    async def ping(self) -> JSON:
        return plain(await self.client.send_ping())

    async def set_level(self, level: Any) -> JSON:
        return plain(await self.client.set_logging_level(level))

    async def complete(self, reference: JSON, argument: JSON) -> JSON:
        model = types.PromptReference if reference["type"] == "ref/prompt" else types.ResourceTemplateReference
        return plain(await self.client.complete(model.model_validate(reference), argument))

    async def page(self, kind: str, cursor: str | None) -> JSON:
        lists = {
            "tools": self.client.list_tools,
            "resources": self.client.list_resources,
            "resourceTemplates": self.client.list_resource_templates,
            "prompts": self.client.list_prompts,
        }
        return plain(await lists[kind](cursor=cursor, cache_mode="bypass"))

    def reporter(self, progress: Any) -> Any:
        seen = progress if isinstance(progress, list) else self.record.progress

        async def reported(done: float, total: float | None, message: str | None) -> None:
            seen.append([done, total, message])

        return reported

    async def call(self, tool: str, arguments: JSON, progress: Any = False) -> JSON:
        callback = None if progress is False else self.reporter(progress)
        return plain(await self.client.call_tool(tool, arguments, progress_callback=callback))

    async def give_up(self, tool: str, arguments: JSON) -> JSON:
        return plain(await self.client.call_tool(tool, arguments, read_timeout_seconds=0.2))

    async def read(self, uri: str) -> JSON:
        return plain(await self.client.read_resource(uri, cache_mode="bypass"))

    async def subscribe(self, uri: str) -> JSON:
        return plain(await self.client.subscribe_resource(uri))

    async def unsubscribe(self, uri: str) -> JSON:
        return plain(await self.client.unsubscribe_resource(uri))

    async def prompt(self, name: str, arguments: dict[str, str]) -> JSON:
        return plain(await self.client.get_prompt(name, arguments))

    async def roots_changed(self) -> JSON:
        await self.client.send_roots_list_changed()
        return {}

    async def raw(self, method: str, params: JSON, capabilities: JSON | None = None) -> JSON:
        """A request that is no more than its JSON, with what the stateless era wants in each."""
        params = dict(params)
        if self.modern:
            able = {"elicitation": {"form": {}}, "sampling": {}, "roots": {}} if capabilities is None else capabilities
            params["_meta"] = {
                "io.modelcontextprotocol/protocolVersion": self.client.protocol_version,
                "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": able,
                **params.get("_meta", {}),
            }
            # Over HTTP they say again what the body says.
            headers = {
                "mcp-protocol-version": params["_meta"]["io.modelcontextprotocol/protocolVersion"],
                "mcp-method": method,
            }
            if method in ("tools/call", "prompts/get", "resources/read"):
                headers["mcp-name"] = encode_header_value(str(params.get("name") or params.get("uri")))
            return await self.session._dispatcher.send_raw_request(method, params, {"headers": headers})
        return await self.session._dispatcher.send_raw_request(method, params, {})

    async def listen(self, uri: str, calls: list[tuple[str, JSON]]) -> JSON:
        events = []
        async with listen(
            self.session,
            tools_list_changed=True,
            prompts_list_changed=True,
            resources_list_changed=True,
            resource_subscriptions=[uri],
        ) as subscription:
            for tool, arguments in calls:
                await self.call(tool, arguments)
            with anyio.move_on_after(5):
                async for event in subscription:
                    events.append(repr(event))
                    if len(events) == 4:
                        break
            await self.settle()
            # The SDK numbers the subscriptions of a whole process, so only which are meant can be compared.
            mine = json.dumps(subscription.subscription_id)
            self.record.messages[:] = json.loads(json.dumps(self.record.messages).replace(mine, '"(mine)"'))
            return {"honoured": plain(subscription.honored), "events": sorted(events)}

    async def task(self, tool: str, record: scenarios.Record) -> str:
        raise scenarios.Absent("the SDK of today has no tasks of the older era")

    async def tool_names(self) -> list[str]:
        """The names of all tools, as who trusts the hints on keeping lists sees them."""
        names: list[str] = []
        cursor = None
        while True:
            page = await self.client.list_tools(cursor=cursor)
            names += [tool.name for tool in page.tools]
            cursor = page.next_cursor
            if cursor is None:
                return names

    async def changes(self) -> Any:
        if not self.modern:
            return await super().changes()

        @asynccontextmanager
        async def listening() -> Any:
            async with listen(self.session, tools_list_changed=True) as subscription:
                yield subscription.__anext__

        return listening()


def transport(job: JSON, errors: Any) -> Any:
    if "url" in job:
        # Two hundred calls that wait for each other need as many connections.
        unlimited = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=None), timeout=httpx2.Timeout(60, read=300))
        return streamable_http_client(job["url"], http_client=unlimited)
    command, *arguments = job["command"]
    return stdio_client(StdioServerParameters(command=command, args=arguments, env=job["environment"]), errlog=errors)


@asynccontextmanager
async def connect(job: JSON) -> Any:
    playing = Playing(job)
    with open(job["errors"], "w") as errors:
        async with Client(
            transport(job, errors),
            mode=job["mode"],
            sampling_callback=playing.sampled,
            elicitation_callback=playing.elicited,
            list_roots_callback=playing.rooted,
            logging_callback=playing.logged,
            message_handler=playing.received,
            log_level="debug",
        ) as client:
            playing.client = client
            yield playing


if __name__ == "__main__":
    print(json.dumps(anyio.run(scenarios.play_all, json.loads(sys.argv[1]), connect)))
