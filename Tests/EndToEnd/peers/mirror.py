"""A server of the official SDK with one tool for each thing that a server can do, to be compared with and without
the gate."""

import asyncio
import os
import sys
from typing import Annotated

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp.shared.exceptions import MCPError
from mcp.types import ImageContent, TextContent
from pydantic import BaseModel

server = MCPServer("mirror", version="3.1", instructions="Nothing here is dangerous.")


class Answer(BaseModel):
    sure: bool


class Point(BaseModel):
    x: int
    y: float


async def ask_the_person() -> Elicit[Answer]:
    return Elicit("Are you sure? \u2028 \U0001f600", Answer)


@server.tool()
def echo(text: str) -> str:
    """Says it again."""
    return text


@server.tool()
def add(x: int, y: float) -> Point:
    """Answers with structured content."""
    return Point(x=x, y=y)


@server.tool()
def blocks() -> list[TextContent | ImageContent]:
    """Answers with more than text."""
    return [
        TextContent(type="text", text="a picture"),
        ImageContent(type="image", data="iVBORw0KGgo=", mime_type="image/png"),
    ]


@server.tool()
def big(size: int) -> str:
    """Answers with as many letters."""
    return "x" * size


@server.tool()
def fail(text: str) -> str:
    """Fails as tools do."""
    raise ValueError(text)


@server.tool()
def refuse(code: int, text: str) -> str:
    """Fails as protocols do."""
    raise MCPError(code, text, {"more": [1, 2.50, None]})


@server.tool()
async def count(to: int, ctx: Context) -> str:
    """Reports progress on the way, and writes to the log."""
    for number in range(1, to + 1):
        await ctx.report_progress(number, to, f"step {number}")
    await ctx.info(f"counted to {to}")
    return f"counted to {to}"


@server.tool()
async def sleep(seconds: float) -> str:
    """Takes its time."""
    await asyncio.sleep(seconds)
    return "slept"


@server.tool()
def sure(answer: Annotated[Answer, Resolve(ask_the_person)]) -> str:
    """Asks the person at the client."""
    return f"sure: {answer.sure}"


@server.tool()
async def announce(ctx: Context) -> str:
    """Says that the tools changed, though they did not."""
    await ctx.session.send_tool_list_changed()
    return "announced"


@server.tool()
def surroundings() -> dict[str, str]:
    """Tells what the process got from whoever started it."""
    return {
        "directory": os.getcwd(),
        "arguments": " ".join(sys.argv[1:]),
        "given": os.environ.get("GIVEN", ""),
        "pid": str(os.getpid()),
        "group": str(os.getpgid(0)),
    }


@server.tool()
def complain(text: str) -> str:
    """Writes to standard error."""
    print(text, file=sys.stderr, flush=True)
    return "complained"


@server.tool()
def die(status: int) -> str:
    """Ends the process at once, without an answer."""
    os._exit(status)


@server.resource("mirror://greeting")
def greeting() -> str:
    """A text."""
    return "Good evening."


@server.resource("mirror://room/{name}")
def room(name: str) -> str:
    """A text of a template."""
    return f"This is {name}."


@server.prompt()
def review(what: str) -> str:
    """A prompt with a parameter."""
    return f"Review {what}."


if __name__ == "__main__":
    server.run("stdio")
