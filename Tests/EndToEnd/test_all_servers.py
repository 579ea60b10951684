"""All servers behind one endpoint, with clients of every SDK and servers that hang and die."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import ENVIRONMENTS
from rig.gatehouse import Gatehouse
from rig.over_http import Front
from rig.waiting import eventually

PEERS = Path(__file__).resolve().parent / "peers"
SDKS = {"older": "client-older", "today": "client", "today-legacy": "client", "today-modern": "client", "fastmcp": "fastmcp"}
POLICY = {
    "version": "1",
    "default": "allow",
    "servers": {
        "tea": {"tools": {"close_account": {"action": "deny", "reason": "tea accounts stay"}}},
        "wine": {"hide": ["close_account"]},
    },
}
#: It reads what it is told and says nothing.
HANGS = "import sys\nfor line in sys.stdin: pass"
SERVERS = 5
DIES = "import sys\nsys.stdin.readline()\nsys.exit(7)"


@pytest.fixture(scope="module")
def front(make_gatehouse: Callable[[], Gatehouse], older_python: Path) -> Iterator[Front]:
    gatehouse = make_gatehouse()
    gatehouse.set_policy(POLICY)
    for name in ("tea", "wine"):
        gatehouse.succeed("servers", "add", name, "--", sys.executable, str(PEERS / "shop.py"), name)
    # It speaks the older versions alone.
    gatehouse.succeed("servers", "add", "ale", "--", str(older_python), str(PEERS / "older_server.py"))
    gatehouse.succeed("servers", "add", "hangs", "--", sys.executable, "-c", HANGS)
    gatehouse.succeed("servers", "add", "dies", "--", sys.executable, "-c", DIES)
    gatehouse.succeed("servers", "add", "off", "--", "/bin/false")
    gatehouse.succeed("servers", "disable", "off")
    ours = Front(gatehouse)
    yield ours
    ours.close()


def visit(sdk: str, url: str, *calls: str) -> dict[str, Any]:
    command = [str(ENVIRONMENTS / SDKS[sdk] / "bin/python"), str(PEERS / "visitor.py"), sdk, url, *calls]
    run = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


@pytest.mark.parametrize("sdk", SDKS)
def test_p50_every_client_sees_every_server_that_lives(front: Front, sdk: str) -> None:
    seen = visit(
        sdk, f"{front.url}/mcp", "6", 'tea__whoami={"text": "x"}', 'wine__whoami={"text": "y"}',
        'tea__close_account={"account": "1"}', 'wine__close_account={"account": "1"}', 'ale__echo={"text": "z"}',
    )
    assert (seen["version"] == "2026-07-28") == (sdk in ("today", "today-modern", "fastmcp"))
    if sdk != "today-modern":
        # Unless they were slow to start.
        told = f"The tools and prompts of {SERVERS} servers; each is named SERVER__NAME"
        assert seen["instructions"].startswith(told)
    tools = ["ale__echo", "tea__whoami", "tea__close_account", "tea__die", "wine__whoami", "wine__die"]
    assert sorted(seen["tools"]) == sorted(tools)
    of = [tool.split("__")[0] for tool in seen["tools"]]
    assert of == sorted(of, key=["tea", "wine", "ale"].index)
    assert seen["seconds"] < 30
    assert seen["prompts"] == ["tea__greet", "wine__greet"]
    assert seen["resources"] == ["gatehouse:tea/note://today", "gatehouse:wine/note://today"]
    assert seen["read"] == "a note of tea"
    allowed, other, denied, hidden, older = seen["calls"]
    assert older == [False, "z"]
    assert allowed == [False, "tea: x"] and other == [False, "wine: y"]
    assert denied[0] and "tea accounts stay" in denied[1]
    assert hidden[0] and hidden[1].startswith("Unknown tool: ")


#: It starts at once, says what it is told to say of itself, and speaks the older versions alone.
SAYS = """
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("method") == "initialize":
        result = {"protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}},
                  "serverInfo": {"name": "s", "version": "1"}, "instructions": sys.argv[1]}
    elif message.get("method") == "tools/list":
        result = {"tools": []}
    elif "id" in message:
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no"}}), flush=True)
        continue
    else:
        continue
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
"""


@pytest.mark.parametrize("sdk", ["older", "today", "fastmcp"])
def test_p50_every_server_s_own_words_reach_the_client(make_gatehouse: Callable[[], Gatehouse], sdk: str) -> None:
    gatehouse = make_gatehouse()
    for name in ("tea", "wine"):
        words = f"{name.title()} is sold by the litre."
        gatehouse.succeed("servers", "add", name, "--", sys.executable, "-c", SAYS, words)
    front = Front(gatehouse)
    wanted = [f"\n\nThe server {name} says of itself:\n  {name.title()} is sold by the litre." for name in ("tea", "wine")]

    def told() -> bool:
        words = visit(sdk, f"{front.url}/mcp", "0")["instructions"]
        return all(one in words for one in wanted)

    # On a machine that has much to do they may be too late for the first one.
    eventually(told, 120, "the servers say what they are")
    # What a person has rejected is none of the agent's business.
    gatehouse.succeed("pins", "reject", "tea/(instructions)")
    eventually(lambda: "tea says" not in visit(sdk, f"{front.url}/mcp", "0")["instructions"], 30, "it is left out")
    eventually(lambda: "wine says" in visit(sdk, f"{front.url}/mcp", "0")["instructions"], 120, "and nothing else")
    front.close()


def test_p50_a_slow_server_that_was_there_before_keeps_no_client_waiting(
    make_gatehouse: Callable[[], Gatehouse], tmp_path: Path
) -> None:
    """Its words come from the pins, also where the gate was not there in between."""
    gatehouse = make_gatehouse()
    gatehouse.set_policy(POLICY)
    slow = tmp_path / "slow"
    program = f"import os, time\nif os.path.exists({str(slow)!r}): time.sleep(30)\n{SAYS}"
    gatehouse.succeed("servers", "add", "tea", "--", sys.executable, "-c", program, "Tea is sold by the litre.")

    def greet(front: Front) -> tuple[float, str]:
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
        start = time.monotonic()
        answer = front.ask("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
        assert answer.status == 200, answer.body
        return time.monotonic() - start, answer.body.decode()

    front = Front(gatehouse)
    eventually(lambda: "Tea is sold" in greet(front)[1], 60, "the server says what it is")
    pins = gatehouse.home / "tools.lock.json"
    eventually(lambda: pins.exists() and "Tea is sold" in pins.read_text(), 30, "that is written down")
    slow.touch()
    front.close()
    front = Front(gatehouse)
    waited, words = greet(front)
    assert "The server tea says of itself:\\n  Tea is sold by the litre." in words
    assert waited < 2.5
    front.close()


def test_p50_stream_and_record_name_the_server_and_the_tool(front: Front) -> None:
    with front.gatehouse.stream() as stream:
        visit("older", f"{front.url}/mcp", "5", 'wine__whoami={"text": "x"}')
        told = stream.until(lambda event: event["event"] == "decision" and event.get("tool") == "whoami", 30, "the decision")
        assert told["server"] == "wine"
    lines = [line for file in (front.gatehouse.home / "record").rglob("*.jsonl") for line in file.read_text().splitlines()]
    assert any('"server":"wine"' in line and '"tool":"whoami"' in line for line in lines)
    assert not any("wine__whoami" in line for line in lines)
    missing = [json.loads(line) for line in lines if "left out of a list of all servers" in line]
    assert {line["server"] for line in missing} >= {"hangs", "dies"}


def test_p31_a_task_is_asked_about_where_it_is(make_gatehouse: Callable[[], Gatehouse], older_python: Path) -> None:
    gatehouse = make_gatehouse()
    gatehouse.set_policy({"version": "1", "default": "allow"})
    gatehouse.succeed("servers", "add", "errands", "--", str(older_python), str(PEERS / "tasks_older.py"), "serve")
    gatehouse.succeed("servers", "add", "ale", "--", str(older_python), str(PEERS / "older_server.py"))
    front = Front(gatehouse)
    session = begin(front)
    call = {"name": "errands__pay", "arguments": {}, "task": {"ttl": 60000}}
    made = eventually(lambda: ask(front, session, 1, "tools/call", call).get("result"), 60, "the server is there")
    task = made["task"]["taskId"]
    assert ask(front, session, 2, "tasks/get", {"taskId": task})["result"]["taskId"] == task
    assert "error" in ask(front, session, 3, "tasks/get", {"taskId": "another"})
    # It asks something, and this client answers no questions.
    assert "refused" in ask(front, session, 4, "tasks/result", {"taskId": task})["result"]["content"][0]["text"]
    front.close()


def ask(front: Front, session: str, number: int, method: str, params: dict[str, Any] | None = None, **fields: str) -> Any:
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}
    answer = front.ask("POST", "/mcp", message, Mcp_Session_Id=session, Accept="application/json", **fields)
    assert answer.status == 200, answer.body
    return answer.json


def begin(front: Front, **fields: str) -> str:
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bare", "version": "1"}}
    answer = front.ask("POST", "/mcp", {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}, **fields)
    assert answer.status == 200, answer.body
    return answer.fields["mcp-session-id"]


def test_p50_a_server_that_dies_takes_nothing_from_the_others(front: Front) -> None:
    session = begin(front)

    def missing() -> set[str]:
        listed = ask(front, session, 1, "tools/list")["result"]
        return {one["server"] for one in listed["_meta"]["gatehouse/missing"]}

    eventually(lambda: missing() == {"hangs", "dies"}, 60, "the others are there")
    lost = ask(front, session, 2, "tools/call", {"name": "tea__die", "arguments": {}})
    assert "error" in lost or lost["result"]["isError"]
    well = ask(front, session, 3, "tools/call", {"name": "wine__whoami", "arguments": {"text": "x"}})
    assert well["result"]["content"][0]["text"] == "wine: x"

    def names() -> set[str]:
        return {tool["name"] for tool in ask(front, session, 4, "tools/list")["result"]["tools"]}

    # It is begun again after a while, when it is needed.
    eventually(lambda: "tea__whoami" in names(), 60, "the server is there again")


def test_p50_a_grant_limits_what_is_listed(gatehouse: Gatehouse) -> None:
    for name in ("tea", "wine"):
        gatehouse.succeed("servers", "add", name, "--", sys.executable, str(PEERS / "plain.py"))
    token = gatehouse.succeed("grants", "add", "guest", "--server", "wine").strip()
    front = Front(gatehouse)
    assert front.ask("POST", "/mcp", {"jsonrpc": "2.0", "id": 0, "method": "ping"}).status == 401
    right = {"Authorization": f"Bearer {token}"}
    session = begin(front, **right)
    listed = ask(front, session, 1, "tools/list", **right)["result"]["tools"]
    assert {tool["name"].split("__")[0] for tool in listed} == {"wine"}
    denied = ask(front, session, 2, "tools/call", {"name": "tea__get_note", "arguments": {}}, **right)
    assert denied["result"]["isError"] and "Unknown tool" in denied["result"]["content"][0]["text"]
    front.close()


#: It reads until it has been asked for its tools, and then nothing any more.
STUCK = SAYS.replace('{"tools": []}', '{"tools": [{"name": "take", "inputSchema": {"type": "object"}}]}') + """
    if message.get("method") == "tools/list":
        import time
        time.sleep(1000)
"""


def test_p72_a_server_that_reads_nothing_loses_its_session_and_no_other_does(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy({"version": "1", "default": "allow"})
    gatehouse.succeed("servers", "add", "stuck", "--", sys.executable, "-c", STUCK, "")
    gatehouse.succeed("servers", "add", "well", "--", sys.executable, str(PEERS / "plain.py"))
    front = Front(gatehouse)
    session = begin(front)

    def names() -> set[str]:
        return {tool["name"] for tool in ask(front, session, 1, "tools/list")["result"]["tools"]}

    eventually(lambda: {"stuck__take", "well__get_note"} <= names(), 60, "both are there")
    clients = []
    for number in range(9):
        arguments = {"name": "stuck__take", "arguments": {"text": "x" * 9_000_000}}
        clients.append(front.connect())
        call = {"jsonrpc": "2.0", "id": 100 + number, "method": "tools/call", "params": arguments}
        clients[-1].request("POST", "/mcp", call, Mcp_Session_Id=session, Accept="application/json")
        well = ask(front, session, 200 + number, "tools/call", {"name": "well__get_note", "arguments": {}})
        assert not well["result"].get("isError", False)
    told = [client.answer().json["error"]["message"] for client in clients]
    for client in clients:
        client.close()
    # The first one was on its way, and whoever ends first tells of it.
    assert sum("does not take what it is sent" in words for words in told) >= 8, told
    well = ask(front, session, 300, "tools/call", {"name": "well__get_note", "arguments": {}})
    assert not well["result"].get("isError", False)
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{front.process.pid}/status").read_text())
    assert found and int(found[1]) < 400_000
    front.close()
