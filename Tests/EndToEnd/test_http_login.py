"""Clients that log in to a server over HTTP themselves: what the server says of it reaches them, and their tokens it alone."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rig.gatehouse import Gatehouse
from rig.over_http import Answer, Front
from rig.remote import HTTPServer
from rig.waiting import eventually

PEERS = Path(__file__).resolve().parent / "peers"
GOOD = {"Authorization": "Bearer good"}


class Guarded:
    """A gate before a server that wants its clients to log in, registered so (`guarded`) and otherwise (`plain`)."""

    def __init__(self, gatehouse: Gatehouse, folder: Path) -> None:
        self.gatehouse = gatehouse
        self.log = folder / "authorizations"
        self.server = HTTPServer([sys.executable, str(PEERS / "guarded.py"), str(self.log)], gatehouse.environment)
        gatehouse.succeed("servers", "add", "guarded", "--url", self.server.url, "--client-authorization")
        gatehouse.succeed("servers", "add", "plain", "--url", self.server.url)

    @property
    def seen(self) -> set[str]:
        """What the server was told of who asks."""
        return set(self.log.read_text().splitlines()) if self.log.exists() else set()


@pytest.fixture
def guarded(gatehouse: Gatehouse, tmp_path: Path) -> Iterator[Guarded]:
    ours = Guarded(gatehouse, tmp_path)
    yield ours
    ours.server.close()


def begin(front: Front, server: str, **fields: str) -> Answer:
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bare", "version": "1"}}
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    return front.ask("POST", f"/mcp/{server}", hello, **fields)


def call(tool: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": tool, "arguments": {}}}


def test_p80_a_challenge_names_the_gate_s_own_place(guarded: Guarded) -> None:
    front = Front(guarded.gatehouse)
    answer = begin(front, "guarded")
    assert answer.status == 401
    place = f"{front.url}/.well-known/oauth-protected-resource/mcp/guarded"
    wanted = f'Bearer error="invalid_token", resource_metadata="{place}", scope="notes"'
    assert answer.fields["www-authenticate"].replace("localhost", "127.0.0.1:" + str(front.port)) == wanted
    told = front.ask("GET", "/.well-known/oauth-protected-resource/mcp/guarded", Host=f"127.0.0.1:{front.port}")
    assert told.status == 200
    assert told.json["resource"] == f"{front.url}/mcp/guarded"
    assert told.json["authorization_servers"] == [f"http://127.0.0.1:{guarded.server.port}/login"]
    assert b'"x":1.0' in told.body
    for name in ("plain", "nobody"):
        assert front.ask("GET", f"/.well-known/oauth-protected-resource/mcp/{name}").status == 404
    front.close()


def test_p80_a_token_reaches_the_server_that_it_is_for_and_no_other(guarded: Guarded) -> None:
    front = Front(guarded.gatehouse)
    answer = begin(front, "guarded", **GOOD)
    assert answer.status == 200, answer.body
    session = {"Mcp_Session_Id": answer.fields["mcp-session-id"]}
    allowed = front.ask("POST", "/mcp/guarded", call("get_note"), **session, **GOOD)
    assert allowed.json["result"]["content"][0]["text"] == "did it"
    more = front.ask("POST", "/mcp/guarded", call("delete_note"), **session, **GOOD)
    assert more.status == 403 and "insufficient_scope" in more.fields["www-authenticate"]
    assert more.json["id"] == 2
    gone = front.ask("POST", "/mcp/guarded", call("get_note"), **session)
    assert gone.status == 401, "a request without a token has none"
    guarded.log.write_text("")
    refused = begin(front, "plain", **GOOD)
    assert refused.status == 200 and "error" in refused.json
    assert guarded.seen == {"None"}
    front.close()


def test_p80_the_gate_s_token_never_reaches_a_server(guarded: Guarded) -> None:
    token = guarded.gatehouse.succeed("grants", "add", "ci").strip()
    front = Front(guarded.gatehouse)
    assert begin(front, "guarded", **GOOD).status == 401
    assert guarded.seen == set(), "the server's token is none of the gate's"
    assert begin(front, "guarded", Authorization=f"Bearer {token}").status == 401
    assert guarded.seen == {"None"}
    answer = begin(front, "guarded", Gatehouse_Grant=token, **GOOD)
    assert answer.status == 200
    both = begin(front, "guarded", Gatehouse_Grant=token, Authorization=f"Bearer {token}")
    assert both.status == 401
    assert guarded.seen == {"None", "Bearer good"}
    front.close()


def test_an_entry_has_one_way_to_log_in(gatehouse: Gatehouse) -> None:
    words = ["servers", "add", "two", "--url", "http://127.0.0.1:1/", "--client-authorization", "--header", "Authorization: x"]
    done = gatehouse.run(*words)
    assert done.returncode != 0 and "not both" in done.stderr + done.stdout


def test_p80_behind_a_proxy_the_public_address_is_told(guarded: Guarded, tmp_path: Path) -> None:
    front = Front(guarded.gatehouse, "--listen", "127.0.0.1:0", "--public-url", "https://gate.example.org")
    place = "/.well-known/oauth-protected-resource/mcp/guarded"
    forged = {"Forwarded": "host=evil.example;proto=https", "X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "https"}
    answer = begin(front, "guarded", Host="gate.example.org", **forged)
    assert answer.status == 401
    assert f'resource_metadata="https://gate.example.org{place}"' in answer.fields["www-authenticate"]
    told = front.ask("GET", place, Host="gate.example.org", **forged)
    assert told.json["resource"] == "https://gate.example.org/mcp/guarded"
    # Who comes past the proxy is told of the address that it uses.
    near = front.ask("GET", place, Host=f"127.0.0.1:{front.port}", **forged)
    assert near.json["resource"] == f"{front.url}/mcp/guarded"
    assert front.ask("GET", place, Host="evil.example", **forged).status == 403
    assert "https://gate.example.org/mcp/NAME" in front.log.read_text()
    front.close()


@pytest.mark.parametrize("url", ["gate.example.org", "https://gate.example.org/mcp", "ftp://gate.example.org"])
def test_a_public_address_is_one(gatehouse: Gatehouse, url: str) -> None:
    done = gatehouse.run("serve", "--listen", "127.0.0.1:0", "--public-url", url)
    assert done.returncode == 2 and "is no address without a path" in done.stderr


def test_p80_a_real_client_logs_in_to_a_real_server_through_the_gate(gatehouse: Gatehouse, older_python: Path) -> None:
    server = HTTPServer([str(older_python), str(PEERS / "login_server.py")], gatehouse.environment)
    gatehouse.set_policy({"version": "1", "default": "allow"})
    gatehouse.succeed("servers", "add", "safe", "--url", server.url, "--client-authorization")
    front = Front(gatehouse)
    command = [str(older_python), str(PEERS / "login_client.py"), f"{front.url}/mcp/safe"]

    def log_in() -> str:
        """It prints its port before it listens."""
        run = subprocess.run(command, capture_output=True, text=True, timeout=100, env=gatehouse.environment)
        failed.append(run.stderr[-3000:])
        return run.stdout

    failed: list[str] = []
    seen = json.loads(eventually(log_in, 60, lambda: failed[-1]))
    # At the server itself, with a token for the gate's address, which is all that the client knows.
    assert seen["places"] == [f"http://127.0.0.1:{server.port}/authorize"]
    assert seen["tools"] == ["whose"]
    assert seen["text"].split() == [f"{front.url}/mcp/safe"] * len(seen["text"].split())
    front.close()
    server.close()
