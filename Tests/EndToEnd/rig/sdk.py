"""Sessions of the official SDK."""

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

T = TypeVar("T")

#: How the SDK's client is told which era to speak.
ERAS = {"2026": "auto", "2025": "legacy"}


@asynccontextmanager
async def session(server: StdioServerParameters, mode: str = "auto", errors: Path | None = None, **more: Any):
    """A connected client, whose server's standard error goes to a file if one is named."""
    with open(errors or "/dev/null", "a") as log:
        async with Client(stdio_client(server, errlog=log), mode=mode, **more) as client:
            yield client


def run(scenario: Callable[[], Awaitable[T]], within: float = 60) -> T:
    """Runs a scenario to its end, or fails when its time is over."""

    async def bounded() -> T:
        with anyio.fail_after(within):
            return await scenario()

    return anyio.run(bounded)


def plain(model: Any) -> Any:
    """A result as the JSON that it came from."""
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


def text(result: Any) -> str:
    """The text blocks of a tool's result."""
    return "\n".join(block.text for block in result.content if block.type == "text")


def verdict(result: Any) -> dict[str, Any] | None:
    """What the gate says about its decision in a denial; None if the result is not a denial of the gate's."""
    return (plain(result).get("_meta") or {}).get("gatehouse/decision")
