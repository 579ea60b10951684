"""The client of the last SDK that knows only the older era plays the scenarios: client_older.py JOBS."""

import json
import sys
import warnings
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import httpx
import mcp.types as types
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import McpError
from pydantic import AnyUrl, ConfigDict

import scenarios
from material import JSON

warnings.simplefilter("ignore")


class Anything(types.Result):
    """A result of which nothing is expected."""

    model_config = ConfigDict(extra="allow")


def plain(model: Any) -> Any:
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Playing(scenarios.Player):
    """The client as the scenarios want it."""

    modern = False
    session: Any = None
    greeting: Any = None

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
        inner = getattr(message, "root", message)
        if isinstance(message, types.ServerNotification) and not isinstance(
            inner, types.LoggingMessageNotification | types.ProgressNotification
        ):
            self.record.messages.append([type(inner).__name__, plain(inner)])
        elif isinstance(message, Exception):
            self.record.messages.append([type(message).__name__, str(message)])

    # What it does

    async def introduction(self) -> JSON:
        greeting = self.greeting
        return {"version": greeting.protocolVersion, "instructions": greeting.instructions, "greeting": plain(greeting)}

    async def ping(self) -> JSON:
        return plain(await self.session.send_ping())

    async def set_level(self, level: Any) -> JSON:
        return plain(await self.session.set_logging_level(level))

    async def complete(self, reference: JSON, argument: JSON) -> JSON:
        model = types.PromptReference if reference["type"] == "ref/prompt" else types.ResourceTemplateReference
        return plain(await self.session.complete(model.model_validate(reference), argument))

    async def page(self, kind: str, cursor: str | None) -> JSON:
        lists = {
            "tools": self.session.list_tools,
            "resources": self.session.list_resources,
            "resourceTemplates": self.session.list_resource_templates,
            "prompts": self.session.list_prompts,
        }
        return plain(await lists[kind](cursor))

    async def call(self, tool: str, arguments: JSON, progress: Any = False) -> JSON:
        seen = progress if isinstance(progress, list) else self.record.progress

        async def reported(done: float, total: float | None, message: str | None) -> None:
            seen.append([done, total, message])

        callback = None if progress is False else reported
        return plain(await self.session.call_tool(tool, arguments, progress_callback=callback))

    async def give_up(self, tool: str, arguments: JSON) -> JSON:
        number = self.session._request_id  # the next one
        try:
            return plain(await self.session.call_tool(tool, arguments, read_timeout_seconds=timedelta(seconds=0.2)))
        except McpError:
            # This SDK does not tell the server by itself.
            params = types.CancelledNotificationParams(requestId=number, reason="took too long")
            await self.session.send_notification(types.ClientNotification(types.CancelledNotification(params=params)))
            raise

    async def read(self, uri: str) -> JSON:
        return plain(await self.session.read_resource(AnyUrl(uri)))

    async def subscribe(self, uri: str) -> JSON:
        return plain(await self.session.subscribe_resource(AnyUrl(uri)))

    async def unsubscribe(self, uri: str) -> JSON:
        return plain(await self.session.unsubscribe_resource(AnyUrl(uri)))

    async def prompt(self, name: str, arguments: dict[str, str]) -> JSON:
        return plain(await self.session.get_prompt(name, arguments))

    async def roots_changed(self) -> JSON:
        await self.session.send_roots_list_changed()
        return {}

    async def raw(self, method: str, params: JSON, capabilities: JSON | None = None) -> JSON:
        """A request that is no more than its JSON."""
        inner = types.Request[JSON, str](method=method, params=params)
        return plain(await self.session.send_request(types.ClientRequest.model_construct(root=inner), Anything))

    async def listen(self, uri: str, calls: list[tuple[str, JSON]]) -> JSON:
        raise scenarios.Absent("the older era has no subscriptions/listen")

    async def task(self, tool: str, record: scenarios.Record) -> str:
        capabilities = self.greeting.capabilities.tasks
        if capabilities is None:
            raise scenarios.Absent("the server has no tasks")
        tasks = self.session.experimental
        begun = await tasks.call_tool_as_task(tool, {}, ttl=60_000)
        identifier = begun.task.taskId
        record.outcome.append(plain(begun))
        async for state in tasks.poll_task(identifier):
            # How often it is asked before the end is chance.
            last = plain(state)
        record.outcome.append(last)
        done = await record.note(tasks.get_task_result(identifier, types.CallToolResult))
        ended = done if isinstance(done, dict) else plain(done)
        record.outcome[-1] = ended
        record.outcome.append(plain(await tasks.list_tasks()))
        await record.note(tasks.cancel_task("made up"))
        endless = (await tasks.call_tool_as_task("test_endless", {}, ttl=60_000)).task.taskId
        record.outcome += [plain(await tasks.get_task(endless)), plain(await tasks.cancel_task(endless))]
        # Whether the task's states come before or after the answers is chance, too.
        record.messages.sort(key=str)
        return scenarios.words(ended)

    async def tool_names(self) -> list[str]:
        names: list[str] = []
        cursor = None
        while True:
            page = await self.session.list_tools(cursor)
            names += [tool.name for tool in page.tools]
            cursor = page.nextCursor
            if cursor is None:
                return names


def transport(job: JSON, errors: Any) -> Any:
    if "url" in job:
        # Two hundred calls that wait for each other need as many connections.
        unlimited = httpx.AsyncClient(limits=httpx.Limits(max_connections=None), timeout=httpx.Timeout(60, read=300))
        return streamable_http_client(job["url"], http_client=unlimited)
    command, *arguments = job["command"]
    return stdio_client(StdioServerParameters(command=command, args=arguments, env=job["environment"]), errlog=errors)


@asynccontextmanager
async def connect(job: JSON) -> Any:
    playing = Playing(job)
    with open(job["errors"], "w") as errors:
        async with transport(job, errors) as (reading, writing, *_), ClientSession(
            reading,
            writing,
            sampling_callback=playing.sampled,
            elicitation_callback=playing.elicited,
            list_roots_callback=playing.rooted,
            logging_callback=playing.logged,
            message_handler=playing.received,
        ) as session:
            playing.session = session
            playing.greeting = await session.initialize()
            yield playing


print(json.dumps(anyio.run(scenarios.play_all, json.loads(sys.argv[1]), connect)))
