"""A server of the last SDK that knows only the older era: everything that the comparison compares."""

import sys
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import mcp.types as types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import McpError
from starlette.applications import Starlette
from starlette.routing import Route

import acts
import material
import over_http

warnings.simplefilter("ignore")
server: Any = Server("conformance", version="1.5", instructions=material.INSTRUCTIONS)
deeds = acts.Server()
REQUESTS: dict[str, tuple[Any, Any]] = {
    "sampling/createMessage": (types.CreateMessageRequest, types.CreateMessageResult),
    "elicitation/create": (types.ElicitRequest, types.ElicitResult),
    "roots/list": (types.ListRootsRequest, types.ListRootsResult),
    "ping": (types.PingRequest, types.EmptyResult),
}


def plain(model: Any) -> Any:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def refuse(code: int, message: str, data: Any = None) -> McpError:
    return McpError(types.ErrorData(code=code, message=message, data=data))


class Hands:
    modern = False

    def __init__(self) -> None:
        self._context = server.request_context

    async def log(self, level: Any, data: Any) -> None:
        await self._context.session.send_log_message(level, data, "conformance")

    async def progress(self, done: float, total: float, message: str) -> None:
        meta = self._context.meta
        if meta is not None and meta.progressToken is not None:
            await self._context.session.send_progress_notification(meta.progressToken, done, total, message)

    async def ask(self, method: str, params: material.JSON) -> material.JSON:
        request, answer = REQUESTS[method]
        asked = request.model_validate({"method": method, "params": params} if params else {"method": method})
        return plain(await self._context.session.send_request(types.ServerRequest(asked), answer))

    async def touch(self, uri: str) -> None:
        await self._context.session.send_resource_updated(uri)

    async def announce(self) -> None:
        session = self._context.session
        await session.send_tool_list_changed()
        await session.send_resource_list_changed()
        await session.send_prompt_list_changed()


def listing(kind: str, request: Any, model: Any) -> None:
    async def listed(asked: Any) -> Any:
        cursor = asked.params.cursor if asked is not None and asked.params else None
        try:
            return types.ServerResult(model.model_validate(material.page(kind, cursor)))
        except ValueError as error:
            raise refuse(types.INVALID_PARAMS, str(error)) from None

    server.request_handlers[request] = listed


listing("tools", types.ListToolsRequest, types.ListToolsResult)
listing("resources", types.ListResourcesRequest, types.ListResourcesResult)
listing("resourceTemplates", types.ListResourceTemplatesRequest, types.ListResourceTemplatesResult)
listing("prompts", types.ListPromptsRequest, types.ListPromptsResult)


async def call(asked: Any) -> Any:
    name = asked.params.name
    if asked.params.task is not None:
        return await server.request_context.experimental.run_task(endlessly if name == "test_endless" else slowly)
    if name not in {tool["name"] for tool in material.TOOLS} or name.startswith("test_input_required_"):
        raise refuse(types.INVALID_PARAMS, f"Unknown tool: {name}")
    try:
        value = await deeds.call(name, asked.params.arguments or {}, Hands())
    except acts.Refusal as refusal:
        message, code, data = refusal.args
        raise refuse(code, message, data) from None
    except ValueError as error:
        value = material.result(material.text(str(error)), isError=True)
    return types.ServerResult(types.CallToolResult.model_validate(value))


async def slowly(task: Any) -> types.CallToolResult:
    await task.update_status("half done")
    return types.CallToolResult.model_validate(material.result(material.text("the task's end")))


async def endlessly(task: Any) -> types.CallToolResult:
    await anyio.sleep_forever()
    raise AssertionError("for ever is over")


server.request_handlers[types.CallToolRequest] = call
server.experimental.enable_tasks()


async def read(asked: Any) -> Any:
    found = material.contents(str(asked.params.uri))
    if found is None:
        raise refuse(-32002, "Resource not found", {"uri": str(asked.params.uri)})
    return types.ServerResult(types.ReadResourceResult.model_validate({"contents": found}))


async def get_prompt(asked: Any) -> Any:
    messages = material.prompt(asked.params.name, asked.params.arguments or {})
    if messages is None:
        raise refuse(types.INVALID_PARAMS, f"Unknown prompt: {asked.params.name}")
    return types.ServerResult(types.GetPromptResult.model_validate({"messages": messages}))


async def complete(asked: Any) -> Any:
    found = material.completion(plain(asked.params.argument))
    return types.ServerResult(types.CompleteResult.model_validate({"completion": found}))


async def nothing(asked: Any) -> Any:
    return types.ServerResult(types.EmptyResult())


server.request_handlers[types.ReadResourceRequest] = read
server.request_handlers[types.GetPromptRequest] = get_prompt
server.request_handlers[types.CompleteRequest] = complete
for plumbing in (types.SubscribeRequest, types.UnsubscribeRequest, types.SetLevelRequest):
    server.request_handlers[plumbing] = nothing


async def main() -> None:
    options = server.create_initialization_options(NotificationOptions(prompts_changed=True))
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, options)


def application() -> Starlette:
    options = server.create_initialization_options
    server.create_initialization_options = lambda *_: options(NotificationOptions(prompts_changed=True))
    manager = StreamableHTTPSessionManager(server, json_response="json" in sys.argv)

    class Endpoint:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await manager.handle_request(scope, receive, send)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with manager.run():
            yield

    return Starlette(routes=[Route("/mcp", Endpoint())], lifespan=lifespan)


if "http" in sys.argv[1:]:
    over_http.serve(application())
else:
    anyio.run(main)
