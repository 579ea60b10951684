"""Each real server through the gate: the same tools, a call that acts, one that must not, and a burst.

One session a server and era tells everything; the tests look at what it saw.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from mcp import MCPError, StdioServerParameters

from rig import sdk
from rig.gatehouse import Gatehouse
from rig.real_servers import REAL_SERVERS, RealServer, World

LIMIT = 10


@dataclass
class Seen:
    """What a client saw of one server."""

    version: str
    tools: list[dict[str, Any]]
    unknown: str
    world: World | None = None
    gatehouse: Gatehouse | None = None
    version_direct: str = ""
    tools_direct: list[dict[str, Any]] | None = None
    unknown_direct: str = ""
    hidden: str = ""
    traces: list[Any] | None = None
    denied: Any = None
    mismatched: Any = None
    allowed: Any = None
    burst: list[Any] | None = None
    decisions: list[dict[str, Any]] | None = None


async def outcome(client: Any, tool: str) -> str:
    """How a call without arguments ends, in words: an error of the protocol and one of the tool read alike."""
    try:
        result = await client.call_tool(tool, {})
    except MCPError as error:
        return f"error {error.error.code}: {error.error.message}"
    assert result.is_error, sdk.plain(result)
    return f"tool error: {sdk.text(result)}"


@pytest.fixture(scope="module", params=[(name, era) for name in REAL_SERVERS for era in sdk.ERAS], ids="-".join)
def seen(request: pytest.FixtureRequest, make_gatehouse, make_world) -> Seen:
    name, era = request.param
    server, mode, world, gatehouse = REAL_SERVERS[name], sdk.ERAS[era], make_world(), make_gatehouse()
    command = server.command(world)
    direct = StdioServerParameters(command=command[0], args=command[1:], env=world.environment)
    gated = gatehouse.running(name, command, world.environment)

    async def look_directly() -> tuple[str, list[dict[str, Any]], str]:
        async with sdk.session(direct, mode) as client:
            tools = [sdk.plain(tool) for tool in (await client.list_tools()).tools]
            return client.protocol_version, tools, await outcome(client, "no_such_tool")

    async def look_through_the_gate() -> Seen:
        gatehouse.set_policy(
            {
                "version": "1",
                "default": "allow",
                "hide": [server.hidden],
                "tools": {server.act.tool: {"action": "deny", "reason": "not before the review"}},
            }
        )
        async with sdk.session(gated, mode, gatehouse.home / "stderr") as client:
            stream = gatehouse.stream()
            tools = [sdk.plain(tool) for tool in (await client.list_tools()).tools]
            unknown = await outcome(client, "no_such_tool")
            hidden = await outcome(client, server.hidden)
            traces = [server.trace(world)]
            denied = await client.call_tool(server.act.tool, server.act.arguments(world))
            traces.append(server.trace(world))
            limit = {"counter": "looks", "window": "minute", "max": LIMIT, "scope": "grant"}
            gatehouse.change_policy(
                {
                    "version": "1",
                    "default": "deny",
                    "all_tools": {"match_schema": True},
                    "tools": {server.act.tool: {}, server.look.tool: {"limits": [limit]}},
                },
                stream,
            )
            good = server.act.arguments(world)
            # No server's tool takes lists of lists, nor what nobody knows.
            bad = {key: [[]] for key in good} if good else {"no_such_argument": []}
            properties = next(tool for tool in tools if tool["name"] == server.act.tool)["inputSchema"]
            can_tell = bool(good) or properties.get("additionalProperties") is False
            mismatched = await client.call_tool(server.act.tool, bad) if can_tell else None
            traces.append(server.trace(world))
            allowed = await client.call_tool(server.act.tool, server.act.arguments(world))
            traces.append(server.trace(world))
            burst = [
                await client.call_tool(server.look.tool, server.look.arguments(world)) for _ in range(LIMIT + 1)
            ]
            stream.until(
                lambda event: event["event"] == "decision" and event["verdict"] == "limit", what="the denied look"
            )
            return Seen(
                client.protocol_version, tools, unknown, world, gatehouse, hidden=hidden, traces=traces, denied=denied,
                mismatched=mismatched, allowed=allowed, burst=burst, decisions=stream.decisions(),
            )

    version, tools, unknown = sdk.run(look_directly)
    seen = sdk.run(look_through_the_gate, 120)
    seen.version_direct, seen.tools_direct, seen.unknown_direct = version, tools, unknown
    seen.server, seen.name = server, name
    return seen


def test_the_client_negotiates_the_same_version(seen: Seen) -> None:
    assert seen.version == seen.version_direct


def test_the_same_tools_are_listed_but_for_the_hidden_one(seen: Seen) -> None:
    hidden = seen.server.hidden
    assert hidden in [tool["name"] for tool in seen.tools_direct]
    assert seen.tools == [tool for tool in seen.tools_direct if tool["name"] != hidden]


def test_a_hidden_tool_is_answered_like_an_unknown_one(seen: Seen) -> None:
    assert seen.unknown == seen.unknown_direct
    assert seen.server.hidden in seen.hidden
    assert "nknown tool" in seen.hidden
    for word in ("polic", "hid", "denied", "gatehouse"):
        assert word not in seen.hidden.replace(seen.server.hidden, "").lower()


def test_a_denied_call_has_no_effect_and_says_why(seen: Seen) -> None:
    assert seen.traces[1] == seen.traces[0]
    rule = f"/tools/{seen.server.act.tool}"
    assert seen.denied.is_error
    assert sdk.text(seen.denied).startswith("[gatehouse] denied: not before the review. Rule " + rule)
    assert seen.denied.structured_content is None
    assert sdk.verdict(seen.denied)["verdict"] == "deny"


def test_arguments_that_do_not_match_the_tool_s_own_schema_have_no_effect(seen: Seen) -> None:
    if seen.mismatched is None:
        pytest.skip("the tool takes anything")
    assert seen.traces[2] == seen.traces[1]
    assert seen.mismatched.is_error
    assert "the arguments do not match the tool's schema" in sdk.text(seen.mismatched)
    assert sdk.verdict(seen.mismatched)["rule"] == "/all_tools/match_schema"


def test_an_allowed_call_has_its_effect(seen: Seen) -> None:
    assert not seen.allowed.is_error, sdk.text(seen.allowed)
    assert seen.server.act.answer in sdk.text(seen.allowed)
    assert seen.traces[3] != seen.traces[2]


def test_a_burst_is_cut_off_at_the_limit(seen: Seen) -> None:
    *passed, last = seen.burst
    assert [(result.is_error, seen.server.look.answer in sdk.text(result)) for result in passed] == [
        (False, True)
    ] * LIMIT
    assert last.is_error
    assert f"Rule /tools/{seen.server.look.tool}/limits/0" in sdk.text(last)
    assert 0 < sdk.verdict(last)["retry_after_ms"] <= 60_000


def test_the_stream_tells_every_decision(seen: Seen) -> None:
    told = [(d["tool"], d["verdict"]) for d in seen.decisions if d["method"] == "tools/call"]
    act, look = seen.server.act.tool, seen.server.look.tool
    assert told == [
        ("no_such_tool", "allow"),
        (seen.server.hidden, "hide"),
        (act, "deny"),
        *([(act, "deny")] if seen.mismatched else []),
        (act, "allow"),
        *[(look, "allow")] * LIMIT,
        (look, "limit"),
    ]
    assert {d["server"] for d in seen.decisions} == {seen.name}
