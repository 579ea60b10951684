"""A server of FastMCP, in both eras: what of the comparison its own way of writing servers can offer."""

import base64
import logging
import sys
import warnings
from typing import Any

import mcp_types as types
from fastmcp import Context, FastMCP
from fastmcp.prompts import Message
from fastmcp.server.dependencies import get_context
from fastmcp.tools.base import InputRequiredToolResult, Tool, ToolResult
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel

import acts
import material
import over_http

warnings.simplefilter("ignore")
logging.disable(logging.ERROR)
server = FastMCP(
    "conformance",
    version="1.5",
    instructions=material.INSTRUCTIONS,
    list_page_size=material.PAGE,
    cache_ttl=60,
    cache_scope="public",
    dereference_schemas=False,
)
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
    def __init__(self, context: Context) -> None:
        self._context = context
        self.modern = context.request_context.protocol_version >= "2026"

    async def log(self, level: Any, data: Any) -> None:
        await self._context.log(data if isinstance(data, str) else "more", level, extra=None if isinstance(data, str) else data)

    async def progress(self, done: float, total: float, message: str) -> None:
        await self._context.report_progress(done, total, message)

    async def ask(self, method: str, params: material.JSON) -> material.JSON:
        request, answer = REQUESTS[method]
        asked = request.model_validate({"method": method, "params": params} if params else {"method": method})
        return plain(await self._context.session.send_request(asked, answer))

    async def touch(self, uri: str) -> None:
        await self._context.session.send_resource_updated(uri)

    async def announce(self) -> None:
        for notification in (types.ToolListChangedNotification, types.ResourceListChangedNotification):
            await self._context.send_notification(notification())


class Deed(Tool):
    """A tool as the other servers have it."""

    async def run(self, arguments: material.JSON) -> ToolResult:
        context = get_context()
        hands = Hands(context)
        try:
            if self.name.startswith("test_input_required_"):
                if not hands.modern:
                    raise ValueError("unfinished results need the stateless era")
                given = {key: plain(one) for key, one in (context.input_responses or {}).items()}
                able = context.session.client_capabilities
                value = acts.asking_tool(self.name, given, context.request_state, plain(able) if able else {})
                if "resultType" in value:
                    return InputRequiredToolResult(types.InputRequiredResult.model_validate(value))
            else:
                value = await deeds.call(self.name, arguments, hands)
        except acts.Refusal as refusal:
            message, code, data = refusal.args
            raise MCPError(code, message, data) from None
        made = types.CallToolResult.model_validate(value)
        return ToolResult(content=made.content, structured_content=made.structured_content)


class Point(BaseModel):
    x: int
    y: float


@server.tool
async def test_structured(x: int, y: float) -> Point:
    """Answers with structured content."""
    return Point(x=x, y=y)


@server.tool
async def test_echo(text: str) -> str:
    """Says it again."""
    return text


NATIVE = {"test_structured", "test_echo"}
for one in material.TOOLS:
    if one["name"] not in NATIVE:
        server.add_tool(Deed(name=one["name"], description=one["description"], parameters=one["inputSchema"]))


@server.resource("test://static-text", name="text", mime_type="text/plain")
async def static_text() -> str:
    return material.TEXT


@server.resource("test://static-binary", name="binary", mime_type="image/png")
async def static_binary() -> bytes:
    return base64.b64decode(material.IMAGE)


@server.resource("test://watched", name="watched", mime_type="text/plain")
async def watched() -> str:
    return material.TEXT


@server.resource("test://template/{id}/data", name="template", mime_type="application/json")
async def template(id: str) -> str:
    return f'{{"id": "{id}", "templateTest": true}}'


for number in range(8):
    server.resource(f"test://many/{number}", name=f"many-{number}")(static_text)
    server.resource(f"test://more-{number}/{{id}}", name=f"more-{number}")(template)


@server.prompt
async def test_simple_prompt() -> str:
    """A prompt."""
    return "This is a simple prompt for testing."


@server.prompt
async def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    return f"arg1='{arg1}', arg2='{arg2}'"


@server.prompt
async def test_prompt_with_embedded_resource(resourceUri: str) -> list[Message]:
    made = types.EmbeddedResource.model_validate(material.embedded(resourceUri, "Embedded."))
    return [Message(made), Message("Use the resource above.")]


@server.prompt
async def test_prompt_with_image() -> list[Message]:
    return [Message(types.ImageContent.model_validate(material.image())), Message("Look at the image above.")]


@server.prompt
async def test_input_required_prompt(context: Context) -> Any:
    given = {key: plain(one) for key, one in (context.input_responses or {}).items()}
    value = acts.asking_prompt(given)
    if "resultType" in value:
        return types.InputRequiredResult.model_validate(value)
    return value["messages"][0]["content"]["text"]


for number in range(5):
    server.prompt(name=f"prompt_{number}")(test_simple_prompt)


@server.completion
async def complete(ref: Any, argument: Any, context: Any) -> types.Completion:
    return types.Completion.model_validate(material.completion(plain(argument)))


if "http" in sys.argv[1:]:
    over_http.serve(server.http_app(json_response="json" in sys.argv))
else:
    server.run("stdio", show_banner=False)
