"""The gate over HTTP: who is let in, what is read, and where answers go."""

import json
import re
import select
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters

from rig.gatehouse import Gatehouse
from rig.over_http import Connection, Front
from rig.sdk import run, session, text
from rig.waiting import eventually

PEERS = Path(__file__).resolve().parent / "peers"
MODERN = "2026-07-28"
POLICY = {
    "version": "1",
    "default": "allow",
    "servers": {"plain": {"tools": {"delete_note": {"action": "deny", "reason": "never"}}, "hide": ["run_script"]}},
}


def call(number: Any, tool: str = "get_note", method: str = "tools/call", **more: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": {"name": tool, "arguments": {"text": "x"}, **more}}


def modern(message: dict[str, Any], version: str = MODERN, client: str = "bare") -> dict[str, Any]:
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": {"name": client, "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    return {**message, "params": {**message["params"], "_meta": {**meta, **message["params"].get("_meta", {})}}}


def fields(message: dict[str, Any], **more: str) -> dict[str, str]:
    named = {"MCP_Protocol_Version": MODERN, "Mcp_Method": message["method"]}
    if message["method"] == "tools/call":
        named["Mcp_Name"] = message["params"]["name"]
    return {**named, **more}


@pytest.fixture(scope="module")
def front(make_gatehouse: Callable[[], Gatehouse]) -> Iterator[Front]:
    gatehouse = make_gatehouse()
    gatehouse.set_policy(POLICY)
    register(gatehouse)
    ours = Front(gatehouse)
    yield ours
    ours.close()


def register(gatehouse: Gatehouse) -> None:
    for name in ("plain", "other"):
        gatehouse.succeed("servers", "add", name, "--", sys.executable, str(PEERS / "plain.py"))
    gatehouse.succeed("servers", "add", "mirror", "--", sys.executable, str(PEERS / "streaming.py"))


# MARK: Who may connect


@pytest.mark.parametrize(("named", "status"), [
    ({"Host": "evil.example"}, 403), ({"Host": "localhost:1"}, 200), ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "null"}, 403), ({"Origin": "http://localhost:3000"}, 200), ({"Host": "127.0.0.1.evil"}, 403),
])
def test_p77_host_and_origin_are_this_machine_s(front: Front, named: dict[str, str], status: int) -> None:
    assert front.ask("GET", "/healthz", **named).status == status


def test_p77_nothing_listens_unless_it_is_wanted(gatehouse: Gatehouse) -> None:
    gate = gatehouse.start("serve")
    eventually(lambda: gatehouse.socket.exists(), 30)
    inodes = {line.split()[9] for line in Path(f"/proc/{gate.pid}/net/tcp").read_text().splitlines()[1:]}
    links = [Path(f"/proc/{gate.pid}/fd/{name.name}") for name in Path(f"/proc/{gate.pid}/fd").iterdir()]
    ours = {str(link.readlink()) for link in links if link.is_symlink()}
    assert not {f"socket:[{inode}]" for inode in inodes} & ours
    gate.terminate()
    gate.wait(30)


def test_p77_other_machines_need_a_grant(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("serve", "--listen", "0.0.0.0:0")
    assert done.returncode == 1
    assert "there is no grant" in done.stderr and "gatehouse grants add" in done.stderr


def test_p77_whoever_listens_everywhere_goes_by_the_address_that_was_used(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    gatehouse.succeed("grants", "add", "ci")
    front = Front(gatehouse, "--listen", "0.0.0.0:0", "--listen", "127.0.0.3:0")
    port = int(re.findall(r"http://HOST:(\d+)/mcp/NAME,", front.log.read_text())[0])
    alone = int(re.findall(r"http://127.0.0.3:(\d+)/mcp/NAME,", front.log.read_text())[0])

    def status(host: str, port: int, named: str) -> int:
        ours = Connection((host, port))
        ours.request("GET", "/healthz", Host=f"{named}:{port}")
        try:
            return ours.answer().status
        finally:
            ours.close()

    assert status("127.0.0.2", port, "127.0.0.2") == 200
    assert status("127.0.0.2", port, "localhost") == 200
    assert status("127.0.0.2", port, "127.0.0.4") == 403, "that is no address at which it came"
    assert status("127.0.0.2", port, "evil.example") == 403
    assert status("127.0.0.3", alone, "127.0.0.3") == 200
    assert status("127.0.0.3", alone, "127.0.0.2") == 403
    front.close()


def test_p77_a_page_that_may_not_cannot_read_that_it_may_not(front: Front) -> None:
    for method, path in [("GET", "/healthz"), ("POST", "/mcp/plain"), ("OPTIONS", "/mcp/plain")]:
        for origin in ("https://evil.example", "null"):
            answer = front.ask(method, path, {} if method == "POST" else None, Origin=origin)
            assert answer.status == 403
            assert not [name for name in answer.fields if name.startswith("access-control")]


def test_p77_a_page_that_may_is_told_so(front: Front) -> None:
    origin = "http://localhost:3000"
    asked = front.ask("OPTIONS", "/mcp/plain", Origin=origin, Access_Control_Request_Headers="mcp-session-id")
    assert asked.status == 204
    assert asked.fields["access-control-allow-origin"] == origin
    assert front.ask("OPTIONS", "/mcp/plain").status == 405


# MARK: Grants


def test_p80_a_grant_is_a_token_that_is_shown_once(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    token = gatehouse.succeed("grants", "add", "ci", "--server", "plain", "--expires", "30d").strip()
    assert token.startswith("gh_") and len(token) == 46
    assert (gatehouse.home / "grants.json").stat().st_mode & 0o777 == 0o600
    assert token not in (gatehouse.home / "grants.json").read_text()
    assert [one["label"] for one in json.loads(gatehouse.succeed("grants", "list", "--json"))] == ["ci"]
    assert token not in gatehouse.succeed("grants", "list")
    front = Front(gatehouse)
    assert "Bearer TOKEN" in front.log.read_text()
    nobody = front.ask("POST", "/mcp/plain", call(1))
    assert nobody.status == 401 and nobody.fields["www-authenticate"] == 'Bearer realm="gatehouse"'
    wrong = front.ask("POST", "/mcp/plain", call(1), Authorization="Bearer gh_wrong")
    assert wrong.status == 401 and "invalid_token" in wrong.fields["www-authenticate"]
    assert front.ask("POST", "/mcp/other", call(1), Authorization=f"Bearer {token}").status == 403
    assert front.ask("GET", "/metrics").status == 401
    assert front.ask("GET", "/healthz").status == 200
    with gatehouse.stream() as stream:
        session = front.begin("plain", Authorization=f"Bearer {token}")
        named = {"Mcp_Session_Id": session, "Authorization": f"Bearer {token}"}
        assert front.ask("POST", "/mcp/plain", call(1), **named).json["result"]["content"]
        decision = stream.until(lambda event: event["event"] == "decision" and event.get("tool") == "get_note", 20, "it")
        assert decision["grant"] == "ci"
    new = gatehouse.succeed("grants", "rotate", "ci").strip()
    eventually(lambda: front.ask("POST", "/mcp/plain", call(2), **named).status == 401, 20)
    named["Authorization"] = f"Bearer {new}"
    assert front.ask("POST", "/mcp/plain", call(2), **named).status == 404, "the session of the old token has ended"
    session = front.begin("plain", Authorization=f"Bearer {new}")
    named["Mcp_Session_Id"] = session
    with front.connection() as listening:
        listening.request("GET", "/mcp/plain", Accept="text/event-stream", **named)
        assert listening.head()[0] == 200
        gatehouse.succeed("grants", "revoke", "ci")
        assert [message for _, message in listening.events() if message] == []
    eventually(lambda: front.ask("POST", "/mcp/plain", call(2), **named).status == 401, 20)
    front.close()


def test_p80_a_grant_that_ends_ends_its_streams(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    token = gatehouse.succeed("grants", "add", "ci", "--expires", "5s").strip()
    start = time.monotonic()
    front = Front(gatehouse)
    right = {"Authorization": f"Bearer {token}"}
    session = front.begin("plain", **right)
    with front.connection() as ours:
        ours.request("GET", "/mcp/plain", Accept="text/event-stream", Mcp_Session_Id=session, **right)
        assert ours.head()[0] == 200
        assert [message for _, message in ours.events() if message] == []
    assert 4 < time.monotonic() - start < 10
    assert front.ask("POST", "/mcp/plain", call(1), Mcp_Session_Id=session, **right).status == 401
    rotated = gatehouse.run("grants", "rotate", "ci")
    assert rotated.returncode == 1 and "has expired" in rotated.stderr and not rotated.stdout
    past = gatehouse.run("grants", "add", "old", "--expires", "2020-01-01T00:00:00Z")
    assert past.returncode == 2 and "in the past" in past.stderr and not past.stdout
    assert "old" not in gatehouse.succeed("grants", "list")
    front.close()


def test_p80_grants_that_cannot_be_read_let_nobody_in(gatehouse: Gatehouse) -> None:
    (gatehouse.home / "grants.json").write_text("{")
    front = Front(gatehouse)
    assert front.ask("POST", "/mcp/plain", call(1)).status == 503
    front.close()


def test_p80_without_its_grants_a_gate_for_other_machines_lets_nobody_in(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    token = gatehouse.succeed("grants", "add", "ci").strip()
    front = Front(gatehouse, "--listen", "0.0.0.0:0")
    session = front.begin("plain", Authorization=f"Bearer {token}")
    named = {"Mcp_Session_Id": session, "Authorization": f"Bearer {token}"}
    assert front.ask("POST", "/mcp/plain", call(1), **named).status == 200
    (gatehouse.home / "grants.json").unlink()
    eventually(lambda: front.ask("POST", "/mcp/plain", call(2), **named).status != 200, 20)
    assert front.ask("POST", "/mcp/plain", call(3), **named).status == 401
    assert front.ask("POST", "/mcp/plain", call(4)).status == 401
    assert front.ask("GET", "/metrics").status == 401
    front.close()


# MARK: The older era


def test_p27_a_session_has_an_id_of_chance_and_an_end(front: Front) -> None:
    first, second = front.begin("plain"), front.begin("plain")
    assert first != second and len(first) == 43
    assert front.ask("POST", "/mcp/plain", call(1)).status == 400
    assert front.ask("POST", "/mcp/plain", call(1), Mcp_Session_Id="made-up").status == 404
    assert front.ask("POST", "/mcp/other", call(1), Mcp_Session_Id=first).status == 404, "it is another server's"
    assert front.ask("DELETE", "/mcp/plain", Mcp_Session_Id=first).status == 204
    assert front.ask("POST", "/mcp/plain", call(1), Mcp_Session_Id=first).status == 404
    assert front.ask("POST", "/mcp/plain", call(1), Mcp_Session_Id=second).status == 200


def test_p27_a_server_that_is_not_registered_is_not_found(front: Front) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}
    answer = front.ask("POST", "/mcp/nothing", hello)
    assert answer.status == 404 and answer.json["id"] == 1


def test_p29_the_version_of_the_fields_is_one_that_is_known(front: Front) -> None:
    session = front.begin("plain")
    for version, status in [("2025-11-25", 200), ("2025-03-26", 200), ("1999-01-01", 400)]:
        answer = front.ask("POST", "/mcp/plain", call(1), Mcp_Session_Id=session, MCP_Protocol_Version=version)
        assert answer.status == status


def test_p30_what_needs_no_answer_is_accepted(front: Front) -> None:
    session = front.begin("plain")
    done = front.ask("POST", "/mcp/plain", {"jsonrpc": "2.0", "method": "notifications/x"}, Mcp_Session_Id=session)
    assert (done.status, done.body) == (202, b"")


def test_p10_a_body_of_many_lines_is_one_message(front: Front) -> None:
    session = front.begin("plain")
    body = json.dumps(call(7), indent=1).replace("\n", "\r\n").encode()
    assert front.ask("POST", "/mcp/plain", body, Mcp_Session_Id=session).json["id"] == 7


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', b"\xff"])
def test_p9_a_body_that_is_no_message_is_refused(front: Front, body: bytes) -> None:
    session = front.begin("plain")
    answer = front.ask("POST", "/mcp/plain", body, Mcp_Session_Id=session)
    assert answer.status in (202, 400) if body == b"" else answer.status == 400
    assert front.ask("POST", "/mcp/plain", call(1), Mcp_Session_Id=session).status == 200


def test_p59_a_denial_is_a_result(front: Front) -> None:
    session = front.begin("plain")
    answer = front.ask("POST", "/mcp/plain", call(1, "delete_note"), Mcp_Session_Id=session)
    assert answer.status == 200 and answer.json["result"]["isError"] and "never" in answer.json["result"]["content"][0]["text"]
    listed = front.ask("POST", "/mcp/plain", {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, Mcp_Session_Id=session)
    assert [tool["name"] for tool in listed.json["result"]["tools"]] == ["get_note", "delete_note"]


def test_p28_a_client_that_comes_back_misses_nothing(front: Front) -> None:
    session = front.begin("mirror")
    ours = front.connect()
    ours.request("POST", "/mcp/mirror", call(1, "slow", _meta={"progressToken": "p"}), Mcp_Session_Id=session)
    status, named = ours.head()
    assert status == 200 and named["content-type"] == "text/event-stream"
    events = ours.events()
    (first, message), (second, step) = next(events), next(events)
    assert message is None and step["params"]["progress"] == 1
    ours.close()
    again = front.connect()
    again.request("GET", "/mcp/mirror", Accept="text/event-stream", Mcp_Session_Id=session, Last_Event_ID=first)
    assert again.head()[0] == 200
    rest = list(again.events())
    assert rest[0] == (second, step)
    assert [one["params"]["progress"] for _, one in rest if "params" in one] == [1, 2, 3]
    assert rest[-1][1]["id"] == 1 and "result" in rest[-1][1]
    again.close()


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18", "2025-11-25"])
def test_p28_a_stream_begins_at_once_also_where_there_is_nothing_to_tell(front: Front, version: str) -> None:
    session = front.begin("mirror", version)
    named = {"Accept": "text/event-stream", "Mcp_Session_Id": session, "MCP_Protocol_Version": version}
    # Each is told once in twenty seconds that the gate is there, and no two of so many at the same time.
    streams = [front.connect() for _ in range(20)]
    for number, ours in enumerate(streams):
        ours.request("GET", "/mcp/mirror", **named, **({"Last_Event_ID": "1-1"} if number == 0 else {}))
    start = time.monotonic()
    for ours in streams:
        assert ours.head()[0] == 200
        ours.close()
    assert time.monotonic() - start < 10


def test_p28_what_belongs_to_no_request_comes_on_one_stream(front: Front) -> None:
    session = front.begin("mirror")
    with front.connection() as one, front.connection() as two:
        for listening in (one, two):
            listening.request("GET", "/mcp/mirror", Accept="text/event-stream", Mcp_Session_Id=session)
            assert listening.head()[0] == 200
        assert front.ask("POST", "/mcp/mirror", call(1, "announce"), Mcp_Session_Id=session).status == 200
        events = two.events()
        assert next(events)[1] is None
        assert next(events)[1]["method"] == "notifications/resources/list_changed"
        assert front.ask("DELETE", "/mcp/mirror", Mcp_Session_Id=session).status == 204
        assert [message for _, message in one.events()] == [None], "each message is on one stream"


def test_p26_hanging_up_is_no_cancellation(front: Front) -> None:
    session = front.begin("mirror")
    with front.connection() as ours:
        ours.request("POST", "/mcp/mirror", call(1, "slow"), Mcp_Session_Id=session)
    told = front.ask("POST", "/mcp/mirror", call(2, "cancelled"), Mcp_Session_Id=session)
    assert told.json["result"]["content"][0]["text"] == "[]"


# MARK: The stateless era


def test_p40_the_endpoint_of_the_stateless_era(front: Front) -> None:
    for method in ("GET", "DELETE"):
        assert front.ask(method, "/mcp/mirror", Accept="text/event-stream", MCP_Protocol_Version=MODERN).status == 405
    for message, status in [(call(1, "echo"), 200), (call(2, method="not/a-method"), 404)]:
        message = modern(message)
        answer = front.ask("POST", "/mcp/mirror", message, **fields(message, Mcp_Session_Id="ignored"))
        assert answer.status == status and answer.json["id"] == message["id"]
        assert "mcp-session-id" not in answer.fields
    assert front.ask("PUT", "/mcp/mirror").status == 405


@pytest.mark.parametrize("wrong", [
    {"Mcp_Name": "slow"}, {"Mcp_Method": "tools/list"}, {"MCP_Protocol_Version": "2025-11-25"}, {"Mcp_Name": "=?base64?eA?="},
])
def test_p41_fields_that_say_something_else_are_refused(front: Front, wrong: dict[str, str]) -> None:
    message = modern(call(1, "echo"))
    answer = front.ask("POST", "/mcp/mirror", message, **{**fields(message), **wrong})
    assert (answer.status, answer.json["error"]["code"], answer.json["id"]) == (400, -32020, 1)


def test_p41_a_name_may_be_encoded(front: Front) -> None:
    message = modern(call(1, "echo"))
    assert front.ask("POST", "/mcp/mirror", message, **fields(message, Mcp_Name="=?base64?ZWNobw==?=")).status == 200


def test_p34_an_unknown_version_is_refused(front: Front) -> None:
    message = modern(call(1, "echo"), "2027-01-01")
    answer = front.ask("POST", "/mcp/mirror", message, **fields(message, MCP_Protocol_Version="2027-01-01"))
    assert (answer.status, answer.json["error"]["code"]) == (400, -32022)


def test_p32_each_request_to_all_servers_says_what_its_client_can_do(front: Front) -> None:
    listing = modern({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}})
    assert front.ask("POST", "/mcp", listing, **fields(listing)).status == 200
    for wrong in (None, [], "all", True):
        meta = {**listing["params"]["_meta"], "io.modelcontextprotocol/clientCapabilities": wrong}
        message = {**listing, "params": {"_meta": meta}}
        if wrong is None:
            del meta["io.modelcontextprotocol/clientCapabilities"]
        answer = front.ask("POST", "/mcp", message, **fields(message))
        assert (answer.status, answer.json["error"]["code"], answer.json["id"]) == (400, -32602, 1)


def test_p45_hanging_up_is_a_cancellation(front: Front) -> None:
    message = modern(call("mine", "slow"), client="hangs-up")
    with front.connection() as ours:
        ours.request("POST", "/mcp/mirror", message, **fields(message))
        other = modern(call(1, "echo"), client="hangs-up")
        assert front.ask("POST", "/mcp/mirror", other, **fields(other)).status == 200

    def cancelled() -> bool:
        asking = modern(call(2, "cancelled"), client="hangs-up")
        return len(json.loads(front.ask("POST", "/mcp/mirror", asking, **fields(asking)).json["result"]["content"][0]["text"])) == 1

    eventually(cancelled, 20, "the server was told")


def test_p76_clients_of_one_grant_have_ids_of_their_own(front: Front) -> None:
    connections = [front.connect() for _ in range(8)]
    for number, ours in enumerate(connections):
        message = modern(call("same", "slow", _meta={"progressToken": "same"}, arguments={"text": str(number)}))
        ours.request("POST", "/mcp/mirror", message, **fields(message))
    for number, ours in enumerate(connections):
        assert ours.head()[0] == 200
        messages = [message for _, message in ours.events()]
        assert [one["params"]["progressToken"] for one in messages[:-1]] == ["same"] * 3
        assert messages[-1]["id"] == "same" and messages[-1]["result"]["content"][0]["text"] == str(number)
        ours.close()


def test_p23_a_server_s_request_in_the_stateless_era_is_answered_for_its_client(gatehouse: Gatehouse) -> None:
    gatehouse.succeed("servers", "add", "asks", "--", sys.executable, str(PEERS / "asking.py"))
    front = Front(gatehouse)
    message = modern(call(1, "ask"))
    answer = front.ask("POST", "/mcp/asks", message, **fields(message))
    assert "listens to no stream" in answer.json["result"]["content"][0]["text"]
    front.close()


def test_mcp_proxy_speaks_to_the_gate_for_clients_over_pipes(front: Front, older_python: Path) -> None:
    words = ["--transport", "streamablehttp", f"{front.url}/mcp/plain"]
    proxy = StdioServerParameters(command=str(older_python.parent / "mcp-proxy"), args=words)

    async def scenario() -> tuple[list[str], Any, Any]:
        async with session(proxy, "legacy") as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            return tools, await client.call_tool("get_note", {}), await client.call_tool("delete_note", {})

    tools, allowed, denied = run(scenario, within=120)
    assert "get_note" in tools and "run_script" not in tools
    assert text(allowed) == "did get_note"
    assert denied.is_error and "never" in text(denied)


# MARK: Hostile clients

HOST = "Host: localhost\r\n"
HOSTILE = {
    "two lengths": f"POST /mcp/plain HTTP/1.1\r\n{HOST}Content-Length: 2\r\nContent-Length: 30\r\n\r\nhiGET /healthz HTTP/1.1\r\n{HOST}\r\n",
    "length and chunks": f"POST /mcp/plain HTTP/1.1\r\n{HOST}Content-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n{HOST}\r\n",
    "chunks, oddly": f"POST /mcp/plain HTTP/1.1\r\n{HOST}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "folded": f"GET /healthz HTTP/1.1\r\n{HOST}X: a\r\n b\r\n\r\n",
    "bare LF": "GET /healthz HTTP/1.1\nHost: localhost\n\n",
    "bare CR": f"GET /healthz HTTP/1.1\r\n{HOST}X: a\rY: b\r\n\r\n",
    "blank before the colon": f"POST /mcp/plain HTTP/1.1\r\n{HOST}Content-Length : 2\r\n\r\nhi",
    "two hosts": f"GET /healthz HTTP/1.1\r\n{HOST}Host: evil\r\n\r\n",
    "no host": "GET /healthz HTTP/1.1\r\n\r\n",
    "NUL": f"GET /healthz HTTP/1.1\r\n{HOST}X: a\0b\r\n\r\n",
    "bad chunk": f"POST /mcp/plain HTTP/1.1\r\n{HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    "long line": f"GET /healthz HTTP/1.1\r\n{HOST}X: " + "a" * 40_000,
    "huge body": f"POST /mcp/plain HTTP/1.1\r\n{HOST}Content-Length: 99999999999\r\n\r\n",
    "dots": f"GET /mcp/../healthz HTTP/1.1\r\n{HOST}\r\n",
    "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_p78_what_could_be_read_in_two_ways_is_refused_and_the_connection_ends(front: Front, name: str) -> None:
    with front.connection() as ours:
        ours.send(HOSTILE[name].encode("latin-1"))
        answer = ours.answer()
        assert 400 <= answer.status < 600
        assert answer.fields["connection"] == "close"
        assert answer.json["error"]["message"].startswith("[gatehouse] refused: ")
        assert not ours.is_open, "nothing that came behind it is answered"


def test_p78_requests_in_any_pieces_and_one_after_the_other_are_read_alike(front: Front) -> None:
    requests = f"GET /healthz HTTP/1.1\r\n{HOST}\r\n" * 3
    for size in (1, 7, len(requests)):
        with front.connection() as ours:
            for start in range(0, len(requests), size):
                ours.send(requests[start : start + size])
            assert [ours.answer().body for _ in range(3)] == [b"ok\n"] * 3


def test_p78_calls_that_are_sent_ahead_are_answered_in_their_order(front: Front) -> None:
    session = front.begin("plain")
    message = modern(call("m"))
    with front.connection() as ours:
        for number in range(5):
            ours.request("POST", "/mcp/plain", call(number), Mcp_Session_Id=session)
        for _ in range(3):
            ours.request("POST", "/mcp/plain", message, **fields(message))
        assert [ours.answer().json["id"] for _ in range(8)] == [0, 1, 2, 3, 4, "m", "m", "m"]
    assert front.ask("GET", "/healthz").status == 200


def test_p78_who_expects_to_be_told_to_go_on_is(front: Front) -> None:
    session = front.begin("plain")
    body = json.dumps(call(1)).encode()
    with front.connection() as ours:
        ours.send(
            f"POST /mcp/plain HTTP/1.1\r\n{HOST}Content-Type: application/json\r\nMcp-Session-Id: {session}\r\n"
            f"Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        assert ours.head()[0] == 100
        ours.send(body)
        assert ours.answer().status == 200


def median_of_calls(front: Front, session: str) -> float:
    """How many seconds a call takes whose client waits for each answer."""
    took = []
    with front.connection() as ours:
        for number in range(100):
            start = time.monotonic()
            ours.request("POST", "/mcp/plain", call(number), Mcp_Session_Id=session)
            assert ours.answer().status == 200
            took.append(time.monotonic() - start)
    return sorted(took)[50]


def test_p78_slow_and_idle_clients_hold_nobody_up(front: Front) -> None:
    idle = [front.connect() for _ in range(1_000)]
    slow = [front.connect() for _ in range(200)]
    for ours in slow:
        ours.send("GET /healthz HTTP/1.1\r\nHost: local")
    assert median_of_calls(front, front.begin("plain")) < 1
    for ours in slow:
        assert ours.answer().status == 408
    for ours in idle:
        assert not ours.is_open, "who has said nothing is waited for as long as a head is"
        ours.close()
    for ours in slow:
        ours.close()
    eventually(lambda: "gatehouse_http_connections 1\n" in front.ask("GET", "/metrics").body.decode(), 20)


#: Sends requests as fast as they are taken, as many as fit, and reads no answer.
GREEDY = """
import socket, sys
ours = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(4)]
requests = b"GET /metrics HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n" * 1000
for one in ours:
    one.settimeout(0.01)
print("there", flush=True)
while True:
    for one in ours:
        try:
            one.send(requests)
        except TimeoutError:
            pass
"""


def test_p78_who_asks_without_reading_is_answered_no_more_than_fits(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    front = Front(gatehouse)
    session = front.begin("plain")
    median_of_calls(front, session)
    quiet = median_of_calls(front, session)
    greedy = subprocess.Popen([sys.executable, "-c", GREEDY, str(front.port)], stdout=subprocess.PIPE)
    try:
        assert greedy.stdout.readline() == b"there\n"
        time.sleep(1)
        assert median_of_calls(front, session) < 10 * quiet + 0.02
        assert greedy.poll() is None
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{front.process.pid}/status").read_text())
        assert found and int(found[1]) < 40_000
    finally:
        greedy.kill()
        greedy.communicate()
    front.close()


def test_p78_answers_that_are_read_late_come_whole_and_in_their_order(front: Front) -> None:
    session = front.begin("plain")
    with front.connection() as ours:
        ours.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        for number in range(40):
            ours.request("POST", "/mcp/mirror" if number == 39 else "/mcp/plain", call(number), Mcp_Session_Id=session)
            for _ in range(60):
                ours.request("GET", "/metrics")
        for number in range(40):
            answer = ours.answer()
            assert answer.status == (404 if number == 39 else 200)
            assert number == 39 or answer.json["id"] == number
            for _ in range(60):
                assert ours.answer().body.startswith(b"# HELP")


def test_p78_an_answer_that_comes_soon_is_no_stream(front: Front) -> None:
    session = front.begin("plain")
    with ExitStack() as open_ones:
        crowd = [open_ones.enter_context(front.connection()) for _ in range(40)]
        kinds = set()
        # Each second the gate tells some of those who wait that it is there.
        end = time.monotonic() + 5
        while time.monotonic() < end:
            for number, ours in enumerate(crowd):
                ours.request("POST", "/mcp/plain", call(number), Mcp_Session_Id=session)
            kinds |= {ours.answer().fields["content-type"] for ours in crowd}
    assert kinds == {"application/json"}


def test_p78_a_flood_of_strangers_takes_no_client_s_place(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    gatehouse.succeed("grants", "add", "guest")
    token = gatehouse.succeed("grants", "add", "honest").strip()
    front = Front(gatehouse)
    right = {"Authorization": f"Bearer {token}"}
    session = front.begin("plain", **right)
    early = front.connect()

    def works() -> bool:
        early.request("POST", "/mcp/plain", call(1), Mcp_Session_Id=session, **right)
        return early.answer().status == 200

    assert works()
    flood = []
    for number in range(2_600):
        flood.append(front.connect())
        if number % 3 == 0:
            flood[-1].send("POST /mcp/plain HTTP/1.1\r\n")
        if number % 200 == 0:
            assert works()
            assert front.ask("POST", "/mcp/plain", call(2), Mcp_Session_Id=session, **right).status == 200
    held = len(list(Path(f"/proc/{front.process.pid}/fd").iterdir()))
    assert held < 2_100
    # The oldest of them have made room.
    assert not flood[0].is_open
    flood[-1].socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        flood[-1].socket.recv(1)
    for ours in flood:
        ours.close()
    assert works()
    early.close()
    front.close()


def test_p78_who_asks_before_a_crowd_comes_is_read_before_it_is_let_in(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    front = Front(gatehouse)
    session = front.begin("plain")
    front.process.send_signal(signal.SIGSTOP)
    honest = front.connect()
    honest.request("POST", "/mcp/plain", call(1), Mcp_Session_Id=session)
    crowd = [front.connect() for _ in range(2_600)]
    front.process.send_signal(signal.SIGCONT)
    assert honest.answer().json["id"] == 1
    for ours in [honest, *crowd]:
        ours.close()
    front.close()


def test_p78_requests_that_are_never_whole_have_a_bound_together(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    front = Front(gatehouse)
    head = "POST /mcp/plain HTTP/1.1\r\nHost: localhost\r\nAccept: application/json, text/event-stream\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n"
    clients = [front.connect() for _ in range(40)]
    for client in clients:
        with suppress(OSError):
            client.send(head)
            client.send(b" " * 9_000_000)
    refused = sum(bool(select.select([client.socket], [], [], 0)[0]) for client in clients)
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{front.process.pid}/status").read_text())
    assert found and int(found[1]) < 700_000
    assert 5 <= refused < 20
    assert front.ask("GET", "/healthz").body == b"ok\n"
    session = front.begin("plain")
    assert front.ask("POST", "/mcp/plain", call(1), Mcp_Session_Id=session).status == 200
    for client in clients:
        client.close()
    long = call(2)
    long["params"]["arguments"]["text"] = "x" * 1_000_000
    eventually(lambda: front.ask("POST", "/mcp/plain", long, Mcp_Session_Id=session).status == 200, 20)
    front.close()


@pytest.mark.parametrize(("named", "status"), [
    ({"Content_Type": "text/plain"}, 415), ({"Content_Type": "application/json; charset=utf-16"}, 415),
    ({"Content_Encoding": "gzip"}, 415), ({"Accept": "text/html"}, 406), ({"Accept": "application/json"}, 200),
    ({"Accept": "*/*"}, 200), ({"Content_Type": "application/json; charset=utf-8"}, 200),
])
def test_p79_types_of_content(front: Front, named: dict[str, str], status: int) -> None:
    session = front.begin("plain")
    assert front.ask("POST", "/mcp/plain", call(1), Mcp_Session_Id=session, **named).status == status


# MARK: What belongs to a process


def test_p81_metrics_tell_what_was_decided(front: Front) -> None:
    def counted() -> dict[str, float]:
        lines = front.ask("GET", "/metrics").body.decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    session, before = front.begin("plain"), counted()
    for tool in ("get_note", "delete_note", "run_script"):
        front.ask("POST", "/mcp/plain", call(1, tool), Mcp_Session_Id=session)
    after = counted()
    for verdict in ("allow", "deny", "hide"):
        name = f'gatehouse_decisions_total{{verdict="{verdict}"}}'
        assert after[name] == before[name] + 1
    assert after["gatehouse_call_seconds_count"] == before["gatehouse_call_seconds_count"] + 1
    assert after['gatehouse_call_seconds_bucket{le="+Inf"}'] == after["gatehouse_call_seconds_count"]
    assert after["gatehouse_http_sessions"] >= 1


def test_what_goes_into_a_client_s_configuration_is_told(gatehouse: Gatehouse) -> None:
    register(gatehouse)

    def told(*options: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
        front = Front(gatehouse, *options)
        front.close()
        text = front.log.read_text()
        lines = [line.strip() for line in text.splitlines()]
        shared = [json.loads(line)["mcpServers"]["NAME"] for line in lines if line.startswith("{")]
        tables = re.findall(r"^  \[mcp.*\n(?:  \w+ = .*\n)+", text, re.M)
        return shared, [tomllib.loads(table)["mcp_servers"]["NAME"] for table in tables], text

    shared, codex, text = told("--listen", "127.0.0.1:0")
    url = shared[0]["url"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/mcp/NAME", url)
    assert shared == [{"type": "http", "url": url}] and codex == [{"url": url}]
    assert "NAME is a server's (plain, other, mirror)" in text
    gatehouse.succeed("grants", "add", "ci")
    shared, codex, text = told("--listen", "0.0.0.0:0", "--public-url", "https://gate.example.org")
    everywhere, public = shared
    assert re.fullmatch(r"http://HOST:\d+/mcp/NAME", everywhere["url"]) and "HOST is an address of this machine" in text
    assert public == {
        "type": "http", "url": "https://gate.example.org/mcp/NAME", "headers": {"Authorization": "Bearer TOKEN"}
    }
    assert codex[0] == {"url": everywhere["url"], "bearer_token_env_var": "GATEHOUSE_TOKEN"}
    shared, codex, text = told("--listen-socket", "it's.sock")
    assert (shared, codex) == ([], [])
    command = next(line for line in text.splitlines() if "curl" in line).split("as in:", 1)[1]
    assert shlex.split(command)[:3] == ["curl", "--unix-socket", str(gatehouse.home / "it's.sock")]


def test_a_socket_s_file_is_the_user_s_alone(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    front = Front(gatehouse, "--listen-socket", "http.sock")
    path = gatehouse.home / "http.sock"
    assert front.url == f"http+unix:{path}"
    assert path.stat().st_mode & 0o777 == 0o600
    ours = Connection(str(path))
    ours.request("GET", "/healthz")
    assert ours.answer().body == b"ok\n"
    ours.close()
    front.close()
    assert not path.exists()


def test_a_socket_takes_no_other_file_s_place(gatehouse: Gatehouse) -> None:
    letter = gatehouse.home / "letter.txt"
    letter.write_text("dear")
    (gatehouse.home / "link.sock").symlink_to(letter)
    for name in ("letter.txt", "link.sock"):
        done = gatehouse.run("serve", "--listen-socket", name)
        assert done.returncode == 1
        assert f"{name}` is there, and is no socket" in done.stderr and "--listen-socket" in done.stderr
    assert letter.read_text() == "dear"


def test_a_call_that_waits_for_a_person(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy({"version": "1", "default": "allow", "tools": {"get_note": {"action": "require_approval"}}})
    register(gatehouse)
    front = Front(gatehouse)
    session = front.begin("plain")
    with gatehouse.stream() as stream:
        answers: list[Any] = []
        asking = threading.Thread(
            target=lambda: answers.append(front.ask("POST", "/mcp/plain", call(1), Mcp_Session_Id=session))
        )
        asking.start()
        asked = stream.until(lambda event: event["event"] == "approval" and event["state"] == "pending", 20, "it")
        assert "gatehouse_pending 1\n" in front.ask("GET", "/metrics").body.decode()
        gatehouse.person.succeed("approve", asked["id"])
        asking.join(30)
        assert answers[0].status == 200 and not answers[0].json["result"].get("isError")
        message = modern(call(1))
        ours = front.connect()
        ours.request("POST", "/mcp/plain", message, **fields(message))
        asked = stream.until(
            lambda event: event["event"] == "approval" and event["state"] == "pending" and event["id"] != asked["id"], 20, "it"
        )
        ours.close()
        stream.until(
            lambda event: event["event"] == "approval" and event["id"] == asked["id"] and event["state"] == "withdrawn", 20, "it"
        )
    front.close()


def test_p41_arguments_that_a_tool_wants_in_fields(gatehouse: Gatehouse) -> None:
    gatehouse.succeed("servers", "add", "regions", "--", sys.executable, str(PEERS / "regions.py"))
    front = Front(gatehouse)
    listing = modern({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}})
    assert front.ask("POST", "/mcp/regions", listing, **fields(listing)).status == 200
    message = modern(call(2, "query", arguments={"region": "us"}))

    def status(**more: str) -> int:
        answer = front.ask("POST", "/mcp/regions", message, **fields(message, **more))
        assert answer.status == 200 or answer.json["error"]["code"] == -32020
        return answer.status

    assert status(Mcp_Param_Region="us") == 200
    assert status(Mcp_Param_Region="eu") == 400
    assert status() == 400
    front.close()


def test_a_client_over_a_socket_s_file_decides_nothing_about_itself(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    front = Front(gatehouse, "--listen-socket", "http.sock")
    # One process makes a call and then runs a command that only a person may give.
    script = (
        "import json, socket, subprocess, sys\n"
        "body = json.dumps({'jsonrpc': '2.0', 'id': 0, 'method': 'initialize', 'params': {'protocolVersion': '2025-11-25',"
        " 'capabilities': {}, 'clientInfo': {'name': 'a', 'version': '1'}}})\n"
        "ours = socket.socket(socket.AF_UNIX)\n"
        "ours.connect(sys.argv[1])\n"
        "ours.sendall(f'POST /mcp/plain HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Type: application/json\\r\\n"
        "Content-Length: {len(body)}\\r\\n\\r\\n{body}'.encode())\n"
        "assert b' 200 ' in ours.recv(65536)\n"
        "sys.exit(subprocess.run([sys.argv[2], 'lockdown', 'on']).returncode or"
        " subprocess.run([sys.argv[2], 'lockdown', 'off']).returncode)\n"
    )
    with gatehouse.stream() as stream:
        run = gatehouse.person.run_program([sys.executable, "-c", script, str(gatehouse.home / "http.sock"), gatehouse.binary])
        assert run.returncode == 1, run.stdout + run.stderr
        told = stream.until(lambda event: event["event"] == "decision" and event.get("rule") == "(self_approval)", 20, "it")
        assert told["server"] == "plain"
    front.close()
