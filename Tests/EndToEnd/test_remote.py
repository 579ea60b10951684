"""Servers over HTTP through the gate: what a stdio client sees of good ones, bad ones and absent ones."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rig.gatehouse import Gatehouse
from rig.nginx import TLSProxy
from rig.remote import HTTPServer
from rig.waiting import eventually
from rig.wire import Wire

WICKED = [sys.executable, str(Path(__file__).resolve().parent / "peers/wicked.py")]


class Wicked(HTTPServer):
    """The wicked server, with its ledger."""

    def __init__(self, folder: Path) -> None:
        self.ledger = folder / "ledger"
        super().__init__([*WICKED, str(self.ledger)], {})

    def seen(self, **wanted: Any) -> list[dict[str, Any]]:
        """The requests that it got, as far as they are like that."""
        lines = [json.loads(line) for line in self.ledger.read_text().splitlines()]
        return [line for line in lines if all(line.get(key) == value for key, value in wanted.items())]


@pytest.fixture
def wicked(tmp_path: Path) -> Iterator[Wicked]:
    server = Wicked(tmp_path)
    yield server
    server.close()


@pytest.fixture
def connect(gatehouse: Gatehouse) -> Iterator[Callable[..., Wire]]:
    """Registers a server and begins a session with it."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(url: str, *options: str, name: str = "remote", within: float = 10, **more: Any) -> Wire:
        gatehouse.succeed("servers", "add", name, "--url", url, *options)
        process = gatehouse.start("connect", name, **more)
        started.append(process)
        return Wire(process, within)

    yield begin
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()


def text(answer: dict[str, Any]) -> str:
    return answer["result"]["content"][0]["text"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_a_session_from_its_beginning_to_its_end(connect: Callable[..., Wire], wicked: Wicked) -> None:
    wire = connect(wicked.url, "--header", "Authorization: Bearer ${TOKEN:-none}")
    assert wire.initialize()["result"]["serverInfo"]["name"] == "wicked"
    assert text(wire.call("fine")) == "fine"
    assert wire.finish() == 0
    eventually(lambda: wicked.seen(method="DELETE"), what="the server is told of the end")
    call, = wicked.seen(tool="fine")
    assert call["mcp-session-id"] == "the-session" and call["authorization"] == "Bearer none"
    assert call["accept-encoding"] == "identity" and "expect" not in call


def test_a_server_of_a_clients_file_comes_with_its_headers(
    gatehouse: Gatehouse, wicked: Wicked, tmp_path: Path
) -> None:
    (tmp_path / ".cursor").mkdir()
    headers = {"Authorization": "Bearer ${env:FAR_TOKEN}", "X-Key": "s3cret-value", "Accept": "text/html"}
    far = {"url": wicked.url, "headers": headers}
    (tmp_path / ".cursor/mcp.json").write_text(json.dumps({"mcpServers": {"far": far}}))
    environment = {**gatehouse.environment, "HOME": str(tmp_path)}
    listed = gatehouse.succeed("servers", "import", environment=environment)
    assert f"{wicked.url} (with Authorization X-Key)" in listed
    said = listed + gatehouse.succeed("servers", "import", "far", environment=environment)
    said += gatehouse.succeed("servers", "import", environment=environment)
    assert "registered already as far" in said and "s3cret-value" not in said
    assert json.loads((gatehouse.home / "servers.json").read_text())["mcpServers"]["far"] == {
        "url": wicked.url, "headers": {"Authorization": "Bearer ${FAR_TOKEN}", "X-Key": "s3cret-value"},
    }
    with gatehouse.start("connect", "far", env={**gatehouse.environment, "FAR_TOKEN": "t0ken"}) as process:
        wire = Wire(process)
        wire.initialize()
        assert text(wire.call("fine")) == "fine"
        assert wire.finish() == 0
    call, = wicked.seen(tool="fine")
    assert (call["authorization"], call["x-key"]) == ("Bearer t0ken", "s3cret-value")


#: What comes of a call, by what its server does with it.
FATES = {
    "redirect": "redirects to `127.0.0.1:{port}` (HTTP 307), which is not followed",
    "endless-head": "answers with headers that do not end",
    "huge-event": "answer is longer than a message may be",
    "huge-json": "answer is longer than a message may be",
    "html": "answer is neither JSON nor a stream of events",
    "gzip": "done",
    "bomb": "answer is longer than a message may be",
    "odd-encoding": "whether the request took effect is not known",
    "two-answers": "done",
    "other-id": "answer belongs to another request",
    "dies": "whether the request took effect is not known",
    "goes-on": "the rest",
    "hangs-up": "has broken the connection off; whether the request took effect is not known",
    "no-http": "whether the request took effect is not known",
    "bad-chunks": "whether the request took effect is not known",
    "short": "has broken the connection off; whether the request took effect is not known",
    "lines": "done",
    "trailing": "answer was refused",
    "unauthorized": "wants credentials (HTTP 401); give its entry in the registry a header",
    "unavailable": "has failed (HTTP 503); try again in 3 s",
}


@pytest.mark.parametrize("deed", FATES)
def test_p57_p83_each_call_is_sent_once_and_answered_once(deed: str, connect: Callable[..., Wire], wicked: Wicked) -> None:
    wire = connect(wicked.url)
    wire.initialize()
    # So that there is a connection that is kept.
    assert text(wire.call("fine", id=1)) == "fine"
    answer = wire.call(deed, id=2)
    assert FATES[deed].format(port=wicked.port) in text(answer)
    assert answer["result"].get("isError", False) == (FATES[deed] not in ("done", "the rest"))
    # The session goes on.
    wire.send({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "fine", "arguments": {}}})
    message = wire.message()
    assert message["id"] == 3 and text(message) == "fine"
    assert len(wicked.seen(tool=deed)) == 1
    assert not [one for one in wicked.seen() if one.get("target") == "/elsewhere" or "cookie" in one]
    assert wire.finish() == 0


def test_one_slow_answer_does_not_hold_up_others(connect: Callable[..., Wire], wicked: Wicked) -> None:
    wire = connect(wicked.url)
    wire.initialize()
    wire.send({"jsonrpc": "2.0", "id": "slow", "method": "tools/call", "params": {"name": "slow-head", "arguments": {}}})
    start = time.monotonic()
    for number in range(20):
        assert text(wire.call("fine", id=number)) == "fine"
    assert time.monotonic() - start < 10


def test_p27_a_lost_session_ends_for_the_client(connect: Callable[..., Wire], wicked: Wicked) -> None:
    wire = connect(wicked.url)
    wire.initialize()
    answer = wire.call("lost-session")
    assert "the server has ended the session (HTTP 404)" in answer["error"]["message"]
    assert wire.process.wait(10) == 1
    assert b"the server `127.0.0.1` has ended the session (HTTP 404); begin a new one" in wire.process.stderr.read()
    assert len(wicked.seen(tool="lost-session")) == 1


def test_p68_a_server_that_is_not_there_is_left_in_peace(
    gatehouse: Gatehouse, connect: Callable[..., Wire], wicked: Wicked
) -> None:
    wire = connect(wicked.url)
    wire.initialize()
    assert text(wire.call("fine")) == "fine"
    wicked.close()
    for number in range(5):
        answer = text(wire.call("fine", id=number))
        assert "cannot be reached: connection refused; nothing was done" in answer or "broken the connection" in answer
    assert re.search(r"left in peace for a while\..* Retry after [1-3]?[0-9] s\.", text(wire.call("fine", id=9)))


def test_what_is_said_of_an_absent_server(gatehouse: Gatehouse, connect: Callable[..., Wire]) -> None:
    wire = connect(f"http://127.0.0.1:{free_port()}/mcp")
    error = wire.initialize()["error"]
    assert "cannot be reached: connection refused; nothing was done" in error["message"]
    done = gatehouse.run("servers", "scan", "remote")
    assert done.returncode == 1 and "cannot be reached: connection refused" in done.stderr


def test_p4_header_values_are_shown_nowhere(gatehouse: Gatehouse, wicked: Wicked, tmp_path: Path) -> None:
    secret = "s3cr3t-of-the-header"
    file = tmp_path / "token"
    file.write_text(secret + "\n")
    add = ("servers", "add", "remote", "--url", wicked.url + "?key=" + secret)
    assert secret not in gatehouse.succeed(*add, "--header-file", f"Authorization={file}")
    more = gatehouse.run("servers", "add", "other", "--url", wicked.url, "--header", f"Host: {secret}")
    assert more.returncode == 2 and secret not in more.stderr + more.stdout
    gatehouse.succeed("servers", "add", "unset", "--url", wicked.url, "--header-env", "Authorization=NOT_THERE")
    done = gatehouse.run("connect", "unset")
    assert done.returncode == 1
    assert "the header `Authorization` needs the environment variable `NOT_THERE`, which is not set" in done.stderr
    wire = Wire(gatehouse.start("connect", "remote"))
    wire.initialize()
    assert text(wire.call("fine")) == "fine"
    for command in (["servers", "list"], ["servers", "list", "--json"], ["status"], ["doctor"], ["tools"]):
        done = gatehouse.run(*command)
        assert secret not in done.stdout + done.stderr, command
    assert wire.finish() == 0
    assert wicked.seen(tool="fine")[0]["authorization"] == secret
    wire.process.stderr.close()


def test_a_name_must_not_lead_to_a_private_address(gatehouse: Gatehouse, wicked: Wicked) -> None:
    name = socket.gethostname()
    try:
        socket.getaddrinfo(name, None)
    except OSError:
        pytest.skip("this machine's own name stands for no address")
    url = wicked.url.replace("127.0.0.1", name)
    gatehouse.succeed("servers", "add", "remote", "--url", url)
    done = gatehouse.run("servers", "scan", "remote")
    assert done.returncode == 1
    assert "has an address that is not public, which its entry in the registry must allow" in done.stderr
    assert wicked.seen() == []


def test_scan_asks_servers_over_http_too(gatehouse: Gatehouse, wicked: Wicked) -> None:
    gatehouse.succeed("servers", "add", "remote", "--url", wicked.url)
    assert gatehouse.succeed("servers", "scan") == "remote: 1 tool\n"
    seen = [one["method"] for one in wicked.seen() if one["method"] != "GET"]
    assert seen == ["initialize", "notifications/initialized", "tools/list", "DELETE"]
    assert "fine" in gatehouse.succeed("tools", "--server", "remote")


# MARK: TLS


@pytest.fixture
def make_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., TLSProxy]]:
    made: list[TLSProxy] = []

    def make(upstream: int, **more: Any) -> TLSProxy:
        made.append(TLSProxy(tmp_path_factory.mktemp("nginx"), upstream, **more))
        return made[-1]

    yield make
    for proxy in made:
        proxy.close()


def test_p83_certificates_are_checked(
    gatehouse: Gatehouse, connect: Callable[..., Wire], wicked: Wicked, make_proxy: Callable[..., TLSProxy]
) -> None:
    proxy = make_proxy(wicked.port)
    url = f"https://localhost:{proxy.port}/mcp"
    gatehouse.succeed("servers", "add", "untrusted", "--url", url)
    done = gatehouse.run("servers", "scan", "untrusted")
    assert done.returncode == 1 and "has a certificate that is not trusted here" in done.stderr
    other = make_proxy(wicked.port, names="DNS:other.example")
    gatehouse.succeed(
        "servers", "add", "other", "--url", f"https://localhost:{other.port}/mcp", "--ca-file", str(other.authority)
    )
    done = gatehouse.run("servers", "scan", "other")
    assert done.returncode == 1 and "has a certificate that is not trusted here" in done.stderr
    assert wicked.seen() == []
    wire = connect(url, "--ca-file", str(proxy.authority))
    wire.initialize()
    assert text(wire.call("fine", id=1)) == "fine"
    assert text(wire.call("two-answers", id=2)) == "done"
    assert wire.finish() == 0


# MARK: Real parts


def test_a_proxy_behind_the_gate(
    gatehouse: Gatehouse, connect: Callable[..., Wire], older_python: Path, tmp_path: Path
) -> None:
    """mcp-proxy serves a server of standard input and output over HTTP, in sessions of the older era."""
    server = [str(older_python), str(Path(__file__).resolve().parent / "conformance/server_older.py")]
    port = free_port()
    with open(tmp_path / "proxy.log", "wb") as log:
        proxy = subprocess.Popen(
            [str(older_python.parent / "mcp-proxy"), "--port", str(port), "--pass-environment", "--", *server],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=gatehouse.environment,
        )
    try:
        def listens() -> bool:
            assert proxy.poll() is None, (tmp_path / "proxy.log").read_text()
            with socket.socket() as one:
                return one.connect_ex(("127.0.0.1", port)) == 0

        eventually(listens, 60, "mcp-proxy does not listen")
        wire = connect(f"http://127.0.0.1:{port}/mcp", within=30)
        assert wire.initialize()["result"]["serverInfo"]["name"] == "conformance"
        tools = wire.ask("tools/list")["result"]["tools"]
        assert "test_simple_text" in [tool["name"] for tool in tools]
        answer = wire.call("test_simple_text", id=2)
        assert answer["result"]["content"][0]["type"] == "text"
        gatehouse.set_policy({"version": "1", "default": "deny"})
        eventually(lambda: wire.call("test_simple_text", id=3)["result"].get("isError"), 20, "the policy rules")
        assert wire.finish() == 0
    finally:
        proxy.terminate()
        proxy.wait(20)
