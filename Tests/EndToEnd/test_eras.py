"""Clients and servers of both eras, in every pairing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import MCPError

from rig import sdk
from rig.gatehouse import Gatehouse
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, refusal

PEERS = Path(__file__).parent / "peers"
ERA = [sys.executable, str(PEERS / "era.py")]
MIRROR = [sys.executable, str(PEERS / "mirror.py")]
DENY_FAIL = {"version": "1", "default": "allow", "tools": {"fail": {"action": "deny", "reason": "not now"}}}


def older(python: Path, gatehouse: Gatehouse, tool: str, arguments: dict, command: list[str]) -> dict:
    done = subprocess.run(
        [str(python), str(PEERS / "older_client.py"), tool, json.dumps(arguments), *command],
        capture_output=True, text=True, timeout=60, env=gatehouse.environment,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_older_sdk_sees_the_same(gatehouse: Gatehouse, older_python: Path) -> None:
    direct = older(older_python, gatehouse, "add", {"x": 1, "y": 2.5}, MIRROR)
    gated = older(
        older_python, gatehouse, "add", {"x": 1, "y": 2.5}, [gatehouse.binary, "run", "--name", "m", "--", *MIRROR]
    )
    assert direct["version"] == "2025-11-25"
    assert gated == direct


def test_the_older_sdk_understands_a_denial(gatehouse: Gatehouse, older_python: Path) -> None:
    gatehouse.set_policy(DENY_FAIL)
    seen = older(
        older_python, gatehouse, "fail", {"text": ""}, [gatehouse.binary, "run", "--name", "m", "--", *MIRROR]
    )
    assert seen["result"]["isError"] is True
    assert seen["result"]["content"][0]["text"] == "[gatehouse] denied: not now. Rule /tools/fail."


@pytest.mark.parametrize("era", sdk.ERAS)
def test_a_denial_fits_a_tool_with_an_output_schema(gatehouse: Gatehouse, era: str) -> None:
    gatehouse.set_policy({"version": "1", "default": "deny"})

    async def play() -> object:
        async with sdk.session(gatehouse.running("m", MIRROR), sdk.ERAS[era]) as client:
            await client.list_tools()
            return await client.call_tool("add", {"x": 1, "y": 2})

    result = sdk.run(play)
    assert (result.is_error, result.structured_content) == (True, None)
    assert ("resultType" in sdk.plain(result)) == (era == "2026")


def test_a_client_of_today_reaches_a_server_of_the_older_era(gatehouse: Gatehouse) -> None:
    async def play() -> tuple[str, str]:
        async with sdk.session(gatehouse.running("notes", PLAIN)) as client:
            return client.protocol_version, sdk.text(await client.call_tool("get_note", {}))

    assert sdk.run(play, 20) == ("2025-11-25", "did get_note")


@pytest.mark.parametrize("era", sdk.ERAS)
def test_what_is_no_tool_is_policed_too(gatehouse: Gatehouse, era: str) -> None:
    gatehouse.set_policy(
        {
            "version": "1",
            "default": "deny",
            "resources": {"mirror://greeting": {}},
            "prompts": {"review": {"action": "deny", "reason": "no reviews"}},
        }
    )

    async def play() -> list[object]:
        seen: list[object] = []
        async with sdk.session(gatehouse.running("m", MIRROR), sdk.ERAS[era]) as client:
            seen.append(len((await client.list_prompts()).prompts))
            seen.append((await client.read_resource("mirror://greeting")).contents[0].text)
            for request in (client.read_resource("mirror://room/x"), client.get_prompt("review", {"what": "x"})):
                try:
                    await request
                    seen.append("passed")
                except Exception as error:
                    seen.append(error.error)
        return seen

    prompts, greeting, room, review = sdk.run(play)
    assert (prompts, greeting) == (1, "Good evening.")
    for refused, rule in ((room, "(default)"), (review, "/prompts/review")):
        assert refused != "passed"
        assert not -32768 <= refused.code <= -32000
        assert rule in refused.message
    assert "no reviews" in review.message


# What happens on server/discover

MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "wire", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def era(gatehouse: Gatehouse, habit: str, *options: str, within: float = 20) -> Wire:
    """A server with a habit behind the gate."""
    return Wire(gatehouse.start("run", "--name", "era", "--", *ERA, habit, *options), within)


def seen(log: Path) -> list[str]:
    """What a server was started and asked for, in order."""
    lines = log.read_text().splitlines()
    return [line if line == "start" else json.loads(line)["method"] for line in lines]


def introduce(gatehouse: Gatehouse, habit: str, *options: str, mode: str = "auto") -> tuple[str, list[str], str]:
    """What the official client learns of a server, and how a call ends."""

    async def play() -> tuple[str, list[str], str]:
        async with sdk.session(gatehouse.running("era", [*ERA, habit, *options]), mode) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            return client.protocol_version, tools, sdk.text(await client.call_tool("quick", {}))

    return sdk.run(play)


@pytest.mark.parametrize("habit", ["silent", "dying", "stuck", "strict", "prints"])
def test_p33_a_client_of_both_eras_falls_back_on_one_pipe(gatehouse: Gatehouse, habit: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert introduce(gatehouse, habit, "--log", str(log)) == ("2025-11-25", ["quick", "slow"], "done")
    again = {"dying": ["start"], "stuck": ["initialize", "start"]}
    assert seen(log)[:-3] == ["start", "server/discover", *again.get(habit, []), "initialize"]


def test_p33_a_server_that_is_slow_to_start_is_not_taken_for_silent(gatehouse: Gatehouse) -> None:
    assert introduce(gatehouse, "both", "--start", "4") == ("2026-07-28", ["quick", "slow"], "done")


def test_p33_a_silent_server_gets_its_client_an_answer_in_three_seconds(gatehouse: Gatehouse) -> None:
    wire = era(gatehouse, "silent", "--start", "1")
    answer = wire.ask("server/discover", {"_meta": MODERN})
    assert answer["error"]["code"] == -32601
    assert "initialize" in answer["error"]["message"]
    assert wire.initialize()["result"]["serverInfo"]["name"] == "silent"
    assert wire.call("quick")["result"]["content"][0]["text"] == "done"
    assert wire.finish() == 0


def test_p75_a_server_that_dies_of_discovery_is_started_once_more_and_its_client_is_not_told(
    gatehouse: Gatehouse, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    wire = era(gatehouse, "dying", "--log", str(log))
    stream = gatehouse.stream()
    answer = wire.ask("server/discover", {"_meta": MODERN})
    assert answer["error"]["code"] == -32601
    assert wire.initialize()["result"]["protocolVersion"] == "2025-11-25"
    assert wire.call("quick")["result"]["content"][0]["text"] == "done"
    assert seen(log).count("start") == 2
    assert [event["state"] for event in stream.of("session")].count("closed") == 0
    assert wire.finish() == 0
    assert "before the handshake" in wire.errors()


def test_p75_a_server_that_dies_a_second_time_ends_the_session(gatehouse: Gatehouse, tmp_path: Path) -> None:
    log = tmp_path / "log"
    wire = era(gatehouse, "doomed", "--log", str(log))
    assert wire.ask("server/discover", {"_meta": MODERN})["error"]["code"] == -32601
    assert "exited with code 1" in wire.ask("initialize", {}, 2)["error"]["message"]
    assert wire.line() is None
    assert wire.process.wait(10) == 1
    assert seen(log) == ["start", "server/discover", "start", "initialize"]


def test_p75_a_server_that_was_asked_anything_else_is_never_started_again(gatehouse: Gatehouse, tmp_path: Path) -> None:
    log = tmp_path / "log"
    wire = era(gatehouse, "dying", "--log", str(log), "--start", "1")
    wire.send({"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": MODERN}})
    wire.send({"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {"_meta": MODERN}})
    assert [wire.message()["error"]["code"] for _ in range(2)] == [-32603, -32603]
    assert wire.process.wait(10) == 1
    assert seen(log) == ["start", "server/discover"]


def test_p75_a_server_that_never_came_to_read_is_not_started_again(gatehouse: Gatehouse) -> None:
    command = "echo start >&2; sleep 1; exit 3"
    wire = Wire(gatehouse.start("run", "--name", "era", "--", "sh", "-c", command))
    answer = wire.ask("server/discover", {"_meta": MODERN})
    assert "exited with code 3" in answer["error"]["message"]
    assert wire.process.wait(10) == 3
    assert wire.errors().count("start") == 1


# Eras that do not meet


def test_p35_a_client_without_a_handshake_is_told_what_an_older_server_needs(
    gatehouse: Gatehouse, older_python: Path
) -> None:
    older_server = [str(older_python), str(PEERS / "older_server.py")]

    async def play() -> MCPError:
        async with sdk.session(gatehouse.running("older", older_server), "2026-07-28") as client:
            with pytest.raises(MCPError) as raised:
                await client.list_tools()
            return raised.value

    error = sdk.run(play).error
    assert error.code == -32602
    assert "without a handshake" in error.message and "begin with `initialize`" in error.message
    assert error.message.endswith("The server said: Invalid request parameters")


def test_p35_an_older_server_is_reached_by_clients_that_can_fall_back(
    gatehouse: Gatehouse, older_python: Path
) -> None:
    older_server = [str(older_python), str(PEERS / "older_server.py")]

    async def play() -> tuple[str, str]:
        async with sdk.session(gatehouse.running("older", older_server)) as client:
            return client.protocol_version, sdk.text(await client.call_tool("echo", {"text": "a"}))

    assert sdk.run(play) == ("2025-11-25", "a")


def test_p35_a_client_with_a_handshake_is_told_what_a_stateless_server_needs(
    gatehouse: Gatehouse, older_python: Path
) -> None:
    done = subprocess.run(
        [str(older_python), str(PEERS / "older_client.py"), "quick", "{}", gatehouse.binary, "run", "--name", "era", "--",
         *ERA, "stateless"],
        capture_output=True, text=True, timeout=60, env=gatehouse.environment,
    )
    assert done.returncode == 1
    assert "which has none; use a client of 2026-07-28" in done.stderr
    assert "The server said: no handshake here" in done.stderr


def test_p34_a_version_that_nobody_here_knows_is_refused_in_words(gatehouse: Gatehouse, tmp_path: Path) -> None:
    log = tmp_path / "log"
    wire = era(gatehouse, "future", "--log", str(log))
    error = wire.ask("initialize", {"protocolVersion": "2031-01-01", "capabilities": {}})["error"]
    assert (error["code"], "`2031-01-01` is not known here" in error["message"]) == (-32603, True)
    assert "not known here" in wire.call("quick")["error"]["message"]
    odd = {**MODERN, "io.modelcontextprotocol/protocolVersion": "2031-01-01"}
    error = wire.ask("server/discover", {"_meta": odd})["error"]
    assert (error["code"], error["data"]) == (-32022, {"supported": ["2026-07-28"], "requested": "2031-01-01"})
    assert wire.finish() == 0
    assert seen(log) == ["start", "initialize"]


# Time


def connect(gatehouse: Gatehouse, habit: str, log: Path, timeout: int) -> Wire:
    """A registered server whose calls have a limit in milliseconds."""
    entry = {"command": ERA[0], "args": [*ERA[1:], habit, "--log", str(log)], "timeout": timeout}
    registry = gatehouse.home / "servers.json"
    registry.write_text(json.dumps({"mcpServers": {"era": entry}}))
    registry.chmod(0o600)
    wire = Wire(gatehouse.start("connect", "era"), 20)
    wire.initialize()
    return wire


def test_p67_a_call_without_an_answer_is_cancelled_and_answered(gatehouse: Gatehouse, tmp_path: Path) -> None:
    log = tmp_path / "log"
    wire = connect(gatehouse, "hanging", log, 400)
    stream = gatehouse.stream()
    assert "not answered tools/call `slow` within 400 ms" in refusal(wire.call("slow"))
    assert wire.call("quick")["result"]["content"][0]["text"] == "done"
    assert seen(log)[-3:] == ["tools/call", "notifications/cancelled", "tools/call"]
    lost = stream.until(lambda event: event["event"] == "result" and event["outcome"] == "lost")
    assert lost["took_us"] >= 400_000
    assert wire.finish() == 0


def test_p24_a_ping_is_answered_while_a_call_waits(gatehouse: Gatehouse) -> None:
    wire = era(gatehouse, "hanging")
    wire.initialize()
    wire.send({"jsonrpc": "2.0", "id": "c", "method": "tools/call", "params": {"name": "slow"}})
    assert wire.ask("ping", id="p") == {"jsonrpc": "2.0", "id": "p", "result": {}}


def test_p67_progress_keeps_a_call_alive_up_to_ten_times_its_limit(gatehouse: Gatehouse, tmp_path: Path) -> None:
    wire = connect(gatehouse, "chatty", tmp_path / "log", 300)
    answer = wire.ask("tools/call", {"name": "slow", "_meta": {"progressToken": "t"}})
    assert "within 3 s" in refusal(answer)


def test_p68_a_server_that_answers_nothing_is_left_in_peace(gatehouse: Gatehouse, tmp_path: Path) -> None:
    log = tmp_path / "log"
    wire = connect(gatehouse, "hanging", log, 200)
    for _ in range(5):
        assert "whether it took effect is not known" in refusal(wire.call("slow"))
    answer = wire.call("quick")
    assert "the server is unavailable" in refusal(answer)
    wait = answer["result"]["_meta"]["gatehouse/decision"]["retry_after_ms"]
    assert 1_000 < wait <= 30_000
    assert wire.ask("ping")["result"] == {}
    eventually(lambda: seen(log).count("ping") == 1, what="a ping at the server")
    assert seen(log).count("tools/call") == 5
