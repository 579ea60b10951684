"""Clients and servers of both eras, in every pairing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rig import sdk
from rig.gatehouse import Gatehouse
from rig.wire import PLAIN

PEERS = Path(__file__).parent / "peers"
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
