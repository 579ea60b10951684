"""A client sees the same with the gate as without it: each scenario runs twice and its two records must be equal."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import MCPError, StdioServerParameters
from mcp.types import ElicitResult

from rig import sdk
from rig.gatehouse import Gatehouse

MIRROR = [sys.executable, str(Path(__file__).parent / "peers/mirror.py")]

Record = list[Any]
Scenario = Callable[[Any, Record], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    SCENARIOS[function.__name__] = function
    return function


async def note(record: Record, awaitable: Awaitable[Any]) -> None:
    """Writes down how a request ended."""
    try:
        record.append(sdk.plain(await awaitable))
    except MCPError as error:
        record.append({"error": error.error.model_dump(mode="json")})


@scenario
async def introduction(client: Any, record: Record) -> None:
    record += [client.protocol_version, sdk.plain(client.server_info), client.instructions]
    capabilities = sdk.plain(client.server_capabilities)
    # The gate may promise that the list of tools changes: a new policy can hide one.
    capabilities["tools"].pop("listChanged")
    record.append(capabilities)


@scenario
async def lists(client: Any, record: Record) -> None:
    record.append([sdk.plain(tool) for tool in (await client.list_tools()).tools])
    record.append([sdk.plain(prompt) for prompt in (await client.list_prompts()).prompts])
    record.append([sdk.plain(one) for one in (await client.list_resources()).resources])
    record.append([sdk.plain(one) for one in (await client.list_resource_templates()).resource_templates])


@scenario
async def results(client: Any, record: Record) -> None:
    odd = 'quotes " backslash \\ line\nreturn\r tab\t nul \u2028\u2029 é \U0001f600 \u202e'
    await note(record, client.call_tool("echo", {"text": odd}))
    await note(record, client.call_tool("add", {"x": 9007199254740993, "y": 1e-7}))
    await note(record, client.call_tool("blocks"))
    await note(record, client.call_tool("big", {"size": 3_000_000}))


@scenario
async def errors(client: Any, record: Record) -> None:
    await note(record, client.call_tool("fail", {"text": "out of order"}))
    await note(record, client.call_tool("refuse", {"code": 4711, "text": "no"}))
    await note(record, client.call_tool("echo", {"words": "a parameter that is not there"}))
    await note(record, client.call_tool("not_there"))
    await note(record, client.get_prompt("not_there"))
    await note(record, client.read_resource("mirror://not-there"))


@scenario
async def resources_and_prompts(client: Any, record: Record) -> None:
    await note(record, client.read_resource("mirror://greeting"))
    await note(record, client.read_resource("mirror://room/hall"))
    await note(record, client.get_prompt("review", {"what": "this"}))


@scenario
async def progress(client: Any, record: Record) -> None:
    async def reached(done: float, total: float | None, message: str | None) -> None:
        record.append(["progress", done, total, message])

    await note(record, client.call_tool("count", {"to": 5}, progress_callback=reached))


@scenario
async def questions(client: Any, record: Record) -> None:
    await note(record, client.call_tool("sure"))


@scenario
async def announcements(client: Any, record: Record) -> None:
    await note(record, client.call_tool("announce"))


@scenario
async def many_at_once(client: Any, record: Record) -> None:
    answers: dict[int, Any] = {}

    async def call(number: int) -> None:
        answers[number] = sdk.plain(await client.call_tool("echo", {"text": str(number)}))

    async with anyio.create_task_group() as group:
        for number in range(100):
            group.start_soon(call, number)
    record += [answers[number] for number in range(100)]


@scenario
async def giving_up(client: Any, record: Record) -> None:
    try:
        await client.call_tool("sleep", {"seconds": 60}, read_timeout_seconds=0.3)
    except MCPError as error:
        record.append(error.error.code)
    await note(record, client.call_tool("echo", {"text": "still here"}))


def record_of(server: StdioServerParameters, mode: str, told: Scenario, errors: Path) -> Record:
    record: Record = []

    async def asked(context: Any, parameters: Any) -> ElicitResult:
        record.append(["asked", parameters.message])
        return ElicitResult(action="accept", content={"sure": True})

    async def logged(parameters: Any) -> None:
        record.append(["log", sdk.plain(parameters)])

    async def received(message: Any) -> None:
        record.append(["message", type(message).__name__, sdk.plain(message)])

    async def play() -> None:
        async with sdk.session(
            server,
            mode,
            errors,
            elicitation_callback=asked,
            logging_callback=logged,
            message_handler=received,
            log_level="info" if mode == "auto" else None,
        ) as client:
            await told(client, record)

    sdk.run(play)
    return record


@pytest.mark.parametrize("era", sdk.ERAS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_gate_changes_nothing(name: str, era: str, gatehouse: Gatehouse, tmp_path: Path) -> None:
    direct = StdioServerParameters(command=MIRROR[0], args=MIRROR[1:], env=gatehouse.environment)
    gated = gatehouse.running("mirror", MIRROR)
    expected = record_of(direct, sdk.ERAS[era], SCENARIOS[name], tmp_path / "direct")
    assert expected
    assert record_of(gated, sdk.ERAS[era], SCENARIOS[name], tmp_path / "gated") == expected


@pytest.mark.parametrize("era", sdk.ERAS)
def test_p60_a_hidden_tool_is_answered_as_one_that_is_not_there(
    era: str, gatehouse: Gatehouse, tmp_path: Path
) -> None:
    async def call_what_is_not_there(client: Any, record: Record) -> None:
        await note(record, client.call_tool("not_there", {"text": "x"}))

    direct = StdioServerParameters(command=MIRROR[0], args=MIRROR[1:], env=gatehouse.environment)
    expected = record_of(direct, sdk.ERAS[era], call_what_is_not_there, tmp_path / "direct")
    gatehouse.set_policy({"version": "1", "default": "allow", "hide": ["not_there"]})
    gated = gatehouse.running("mirror", MIRROR)
    assert record_of(gated, sdk.ERAS[era], call_what_is_not_there, tmp_path / "gated") == expected
    assert expected[0]["isError"] is True


def surroundings(server: StdioServerParameters, errors: Path) -> dict[str, str]:
    async def ask() -> dict[str, str]:
        async with sdk.session(server, errors=errors) as client:
            return (await client.call_tool("surroundings")).structured_content

    return sdk.run(ask)


def test_the_server_gets_the_client_s_directory_arguments_and_environment(
    gatehouse: Gatehouse, tmp_path: Path
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    command = [*MIRROR, "--flag", "a word", "-x"]
    server = gatehouse.running("mirror", command, {"GIVEN": "tëxt = \n more"}, folder)
    seen = surroundings(server, tmp_path / "errors")
    assert (seen["directory"], seen["arguments"], seen["given"]) == (
        str(folder), "--flag a word -x", "tëxt = \n more"
    )
    # A process group of its own, so that whatever it starts can be ended with it.
    assert seen["group"] == seen["pid"]


def test_standard_error_goes_to_the_client(gatehouse: Gatehouse, tmp_path: Path) -> None:
    async def complain() -> None:
        async with sdk.session(gatehouse.running("mirror", MIRROR), errors=tmp_path / "errors") as client:
            await client.call_tool("complain", {"text": "what a day"})

    sdk.run(complain)
    assert "what a day\n" in (tmp_path / "errors").read_text()


@pytest.mark.parametrize("era", sdk.ERAS)
def test_a_server_that_dies_fails_the_calls_that_wait(era: str, gatehouse: Gatehouse, tmp_path: Path) -> None:
    async def play() -> list[str]:
        ends: list[str] = []

        async def call(client: Any, tool: str, arguments: dict[str, Any]) -> None:
            try:
                result = await client.call_tool(tool, arguments)
                ends.append(f"{tool}: {sdk.plain(result)}")
            except MCPError:
                ends.append(f"{tool}: error")

        async with sdk.session(
            gatehouse.running("mirror", MIRROR), sdk.ERAS[era], tmp_path / "errors"
        ) as client:
            await client.list_tools()
            async with anyio.create_task_group() as group:
                group.start_soon(call, client, "sleep", {"seconds": 60})
                await anyio.sleep(0)
                group.start_soon(call, client, "die", {"status": 3})
        return sorted(ends)

    assert sdk.run(play, 20) == ["die: error", "sleep: error"]
