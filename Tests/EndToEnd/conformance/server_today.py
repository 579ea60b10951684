"""A server of the SDK of today, in both eras: everything that the comparison compares."""

import sys
import warnings
from typing import Any

import anyio
import mcp.types as types
from mcp.server.caching import CacheHint
from mcp.server.lowlevel.server import NotificationOptions, Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import PromptsListChanged, ResourcesListChanged, ResourceUpdated, ToolsListChanged

import acts
import material
import over_http

warnings.simplefilter("ignore")
bus = InMemorySubscriptionBus()
deeds = acts.Server()
REQUESTS: dict[str, tuple[Any, Any]] = {
    "sampling/createMessage": (types.CreateMessageRequest, types.CreateMessageResult),
    "elicitation/create": (types.ElicitRequest, types.ElicitResult),
    "roots/list": (types.ListRootsRequest, types.ListRootsResult),
    "ping": (types.PingRequest, types.EmptyResult),
}


def plain(model: Any) -> Any:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


class Hands:
    def __init__(self, context: Any) -> None:
        self._context = context
        self.modern = context.protocol_version >= "2026"

    async def log(self, level: str, data: Any) -> None:
        await self._context.session.send_log_message(level, data, "conformance")

    async def progress(self, done: float, total: float, message: str) -> None:
        await self._context.session.report_progress(done, total, message)

    async def ask(self, method: str, params: material.JSON) -> material.JSON:
        request, answer = REQUESTS[method]
        asked = request.model_validate({"method": method, "params": params} if params else {"method": method})
        return plain(await self._context.session.send_request(asked, answer))

    async def touch(self, uri: str) -> None:
        if self.modern:
            await bus.publish(ResourceUpdated(uri))
        else:
            await self._context.session.send_resource_updated(uri)

    async def announce(self) -> None:
        if self.modern:
            for event in (ToolsListChanged(), ResourcesListChanged(), PromptsListChanged()):
                await bus.publish(event)
        else:
            session = self._context.session
            await session.send_tool_list_changed()
            await session.send_resource_list_changed()
            await session.send_prompt_list_changed()


def listing(kind: str, model: Any) -> Any:
    async def listed(context: Any, params: Any) -> Any:
        try:
            return model.model_validate(material.page(kind, params.cursor if params else None))
        except ValueError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None

    return listed


def answers(params: Any) -> material.JSON:
    return {key: plain(one) for key, one in (params.input_responses or {}).items()}


def asked_or(model: Any, value: material.JSON) -> Any:
    return (types.InputRequiredResult if "resultType" in value else model).model_validate(value)


async def call(context: Any, params: Any) -> Any:
    hands = Hands(context)
    if params.name not in {tool["name"] for tool in material.TOOLS}:
        raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name}")
    try:
        if params.name.startswith("test_input_required_"):
            if not hands.modern:
                raise ValueError("unfinished results need the stateless era")
            able = context.session.client_capabilities
            value = acts.asking_tool(params.name, answers(params), params.request_state, plain(able) if able else {})
            return asked_or(types.CallToolResult, value)
        return types.CallToolResult.model_validate(await deeds.call(params.name, params.arguments or {}, hands))
    except acts.Refusal as refusal:
        message, code, data = refusal.args
        raise MCPError(code, message, data) from None
    except ValueError as error:
        return types.CallToolResult.model_validate(material.result(material.text(str(error)), isError=True))


async def read(context: Any, params: Any) -> Any:
    if params.uri == "test://asking" and context.protocol_version >= "2026":
        return asked_or(types.ReadResourceResult, acts.asking_resource(params.uri, answers(params)))
    found = material.contents(params.uri)
    if found is None:
        code = types.INVALID_PARAMS if context.protocol_version >= "2026" else -32002
        raise MCPError(code, "Resource not found", {"uri": params.uri})
    return types.ReadResourceResult.model_validate({"contents": found})


async def get_prompt(context: Any, params: Any) -> Any:
    if params.name == "test_input_required_prompt" and context.protocol_version >= "2026":
        return asked_or(types.GetPromptResult, acts.asking_prompt(answers(params)))
    messages = material.prompt(params.name, params.arguments or {})
    if messages is None:
        raise MCPError(types.INVALID_PARAMS, f"Unknown prompt: {params.name}")
    return types.GetPromptResult.model_validate({"messages": messages})


async def complete(context: Any, params: Any) -> types.CompleteResult:
    return types.CompleteResult.model_validate({"completion": material.completion(plain(params.argument))})


async def nothing(context: Any, params: Any) -> types.EmptyResult:
    return types.EmptyResult()


server = Server(
    "conformance",
    version="1.5",
    title="Everything",
    instructions=material.INSTRUCTIONS,
    cache_hints={"tools/list": CacheHint(60_000, "public"), "resources/read": CacheHint(30_000, "public")},
    on_list_tools=listing("tools", types.ListToolsResult),
    on_call_tool=call,
    on_list_resources=listing("resources", types.ListResourcesResult),
    on_list_resource_templates=listing("resourceTemplates", types.ListResourceTemplatesResult),
    on_read_resource=read,
    on_subscribe_resource=nothing,
    on_unsubscribe_resource=nothing,
    on_subscriptions_listen=ListenHandler(bus),
    on_list_prompts=listing("prompts", types.ListPromptsResult),
    on_get_prompt=get_prompt,
    on_completion=complete,
    on_set_logging_level=nothing,
)
server.middleware.append(RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience="conformance"))


async def main() -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options(NotificationOptions(prompts_changed=True)))


if "http" in sys.argv[1:]:
    over_http.serve(server.streamable_http_app(json_response="json" in sys.argv))
else:
    anyio.run(main)
