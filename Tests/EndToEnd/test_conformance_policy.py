"""What clients of every SDK make of a policy that denies, limits, hides, and changes."""

from collections.abc import Callable, Iterator
from typing import Any

import material
import pytest

from conftest import ENVIRONMENTS
from rig.conformance import CLIENTS, Pairs, Seen, is_modern
from rig.gatehouse import Gatehouse

#: Some of every page; of the servers that list their tools as material.py has them, all of the third.
HIDDEN = [
    *(tool["name"] for tool in material.TOOLS[2 * material.PAGE : 3 * material.PAGE]),
    "test_audio_content", "test_error_handling", "test_given_up", "test_input_required_roots",
    "test_input_required_capabilities",
]  # fmt: skip
POLICY: dict[str, Any] = {
    "version": "1",
    "default": "allow",
    "hide": HIDDEN,
    "tools": {
        "test_image_content": {"action": "deny", "reason": "no pictures \u2028 \U0001f600"},
        "test_structured": {"deny_if": [{"conditions": [{"path": "args.x", "op": "eq", "value": 1}], "on_deny": "not one"}]},
        "test_embedded_resource": {"limits": [{"window": "hour", "max": 2, "scope": "session"}]},
    },
    "resources": {"test://static-binary": {"action": "deny", "reason": "no binaries"}},
    "prompts": {"test_prompt_with_image": {"action": "deny", "reason": "no prompts"}},
    "server_requests": {"sampling/createMessage": {"action": "deny", "reason": "no sampling"}},
}
#: Every client, every server, and both eras of each that has both.
PAIRS = [("today", client) for client in CLIENTS] + [("older", "older"), ("fastmcp", "fastmcp")]
#: What the scenario asks for, in its order.
(PICTURE, STRUCTURED, FIRST, SECOND, THIRD, HIDDEN_TOOL, HIDDEN_TEXT, RESOURCE, PROMPT, SAMPLING, LAST) = range(11)

Play = Callable[[str, str], Seen]


@pytest.fixture(scope="module")
def play(make_gatehouse: Callable[[], Gatehouse], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """Plays under the policy, each pair once."""
    gatehouse = make_gatehouse()
    gatehouse.set_policy(POLICY)
    pairs = Pairs(gatehouse, ENVIRONMENTS, tmp_path_factory.mktemp("policed"))
    seen: dict[tuple[str, str], list[Seen]] = {}

    def played(server: str, client: str) -> Seen:
        program = CLIENTS[client][0]
        modes = [mode for file, mode in CLIENTS.values() if file == program]
        if (server, program) not in seen:
            ways = [(mode, True) for mode in modes] + [(mode, False) for mode in modes]
            seen[server, program] = pairs.play(server, program, ways, ["pages", "denials"])
        mine = seen[server, program][modes.index(CLIENTS[client][1])]
        assert "connection" not in mine, mine["connection"]
        # What the same client sees of the same server without the gate, for comparison.
        return {**mine, "direct": seen[server, program][len(modes) + modes.index(CLIENTS[client][1])]}

    yield played


pytestmark = pytest.mark.parametrize(("server", "client"), PAIRS)


def outcome(play: Play, server: str, client: str, number: int) -> dict[str, Any]:
    record = play(server, client)["denials"]
    assert "failed" not in record, record["failed"]
    return record["outcome"][number]


def text(value: dict[str, Any]) -> str:
    assert "exception" not in value, value
    assert [block["type"] for block in value["content"]] == ["text"]
    return value["content"][0]["text"]


def decision(value: dict[str, Any]) -> dict[str, Any]:
    """What a denial says to programs."""
    meta = value.get("_meta") or value.get("meta") or value.get("data")
    return meta["gatehouse/decision"]


@pytest.mark.parametrize(
    ("number", "reason", "rule"),
    [
        (PICTURE, "no pictures \u2028 \U0001f600", "/tools/test_image_content"),
        # A tool with an output schema, which no SDK checks in a failure.
        (STRUCTURED, "not one", "/tools/test_structured/deny_if/0"),
    ],
    ids=["plain", "with-output-schema"],
)
def test_p58_a_denial_is_a_result_that_the_model_reads(
    play: Play, server: str, client: str, number: int, reason: str, rule: str
) -> None:
    denied = outcome(play, server, client, number)
    assert text(denied) == f"[gatehouse] denied: {reason}. Rule {rule}."
    assert denied["isError"] is True
    assert denied.get("structuredContent") is None
    assert decision(denied) == {"verdict": "deny", "rule": rule, "reason": reason}
    if client not in ("older", "fastmcp"):
        assert ("resultType" in denied) == is_modern(server, client)


def test_p58_what_is_no_call_is_denied_with_an_error(play: Play, server: str, client: str) -> None:
    for number, reason, rule in (
        (RESOURCE, "no binaries", "/resources/test:~1~1static-binary"),
        (PROMPT, "no prompts", "/prompts/test_prompt_with_image"),
    ):
        denied = outcome(play, server, client, number)
        assert denied["exception"] in ("MCPError", "McpError")
        assert denied["code"] == -31001
        assert denied["message"] == f"[gatehouse] denied: {reason}. Rule {rule}."
        assert decision(denied) == {"verdict": "deny", "rule": rule, "reason": reason}


def test_p58_the_session_goes_on(play: Play, server: str, client: str) -> None:
    assert text(outcome(play, server, client, LAST)) == "This is a simple text response for testing."


def test_p23_p58_a_server_may_not_ask_for_what_is_denied(play: Play, server: str, client: str) -> None:
    denied = outcome(play, server, client, SAMPLING)
    assert play(server, client)["denials"]["asked"] == []
    assert "no sampling" in str(denied)
    if is_modern(server, client):
        assert text(denied) == "[gatehouse] denied: no sampling. Rule /server_requests/sampling~1createMessage."
        assert denied["isError"] is True


def test_p59_a_limit_says_when_there_is_room_again(play: Play, server: str, client: str) -> None:
    for number in (FIRST, SECOND):
        assert outcome(play, server, client, number)["isError"] is False
    limited = outcome(play, server, client, THIRD)
    assert limited["isError"] is True
    said = decision(limited)
    assert (said["verdict"], said["rule"]) == ("limit", "/tools/test_embedded_resource/limits/0")
    assert 3500_000 < said["retry_after_ms"] <= 3600_000
    seconds = -(-said["retry_after_ms"] // 1000)
    assert text(limited).endswith(f"Rule {said['rule']}. Retry after {seconds} s.")


def test_p60_a_hidden_tool_is_one_that_is_not_there(play: Play, server: str, client: str) -> None:
    hidden = outcome(play, server, client, HIDDEN_TOOL)
    assert hidden["isError"] is True
    assert text(hidden) == "Unknown tool: test_given_up"
    # Neither words nor members of the gate's.
    assert "gatehouse" not in str(hidden)
    assert material.HIDDEN in text(outcome(play, server, client, HIDDEN_TEXT))


def test_p47_hidden_tools_are_on_no_page_and_every_page_keeps_its_cursor(play: Play, server: str, client: str) -> None:
    direct, gated = (one["pages"]["outcome"] for one in (play(server, client)["direct"], play(server, client)))
    assert len(gated) > 3
    assert [page.get("nextCursor") for page in gated] == [page.get("nextCursor") for page in direct]
    for with_all, shown in zip(direct, gated, strict=True):
        assert len(shown["tools"]) < len(with_all["tools"])
        assert shown["tools"] == [tool for tool in with_all["tools"] if tool["name"] not in HIDDEN]
    empty = [page for page in gated if not page["tools"]]
    assert len(empty) == (0 if server == "fastmcp" else 1)
    assert all(page["nextCursor"] for page in empty)


def test_p43_no_client_keeps_a_page_of_tools(play: Play, server: str, client: str) -> None:
    for page in play(server, client)["pages"]["outcome"]:
        hints = (page.get("ttlMs"), page.get("cacheScope"))
        assert hints == ((0, "private") if is_modern(server, client) else (None, None))


def test_p56_another_policy_is_told_to_the_client(
    server: str, client: str, gatehouse: Gatehouse, play: Play, tmp_path: Any
) -> None:
    program, mode = CLIENTS[client]
    if server == "fastmcp":
        # Its servers have no subscriptions, by which the stateless era tells of changes.
        mode = "legacy"
    pairs = Pairs(gatehouse, ENVIRONMENTS, tmp_path)
    record = pairs.play(server, program, [(mode, True)], ["replaced-policy"])[0]["replaced-policy"]
    assert "failed" not in record, record["failed"]
    before, without, gone, still, nothing, after, there = record["outcome"]
    assert "test_echo" in before
    assert without == still == [name for name in before if name != "test_echo"]
    assert after == before
    for refused in (gone, nothing):
        assert refused["isError"] is True
    assert text(there) == "here"
    # Told twice; a policy that shows the same tools is not worth a word.
    assert len(record["messages"]) == 2
