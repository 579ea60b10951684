"""What SDKs cannot see: the bytes of results, and how often a server is called."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import material
import pytest
from mcp import MCPError, StdioServerParameters

from conftest import ENVIRONMENTS
from rig import sdk
from rig.conformance import SERVERS, Pairs
from rig.gatehouse import Gatehouse
from rig.wire import VERSION, Wire

PEERS = Path(__file__).parent / "peers"
CLIENT = {"name": "wire", "version": "1"}

#: Results that another writer of JSON would write in another way.
ODD = {
    "numbers": '{"content":[],"structuredContent":{"a":1.0,"b":1e2,"c":1E+2,"d":-0,"e":0.10,"f":12345678901234567890123,"g":1e-400}}',
    "escapes": r'{"content":[{"type":"text","text":"\u0041\/\u00e9\ud83d\ude00\u2028\u0000\b\"\\"}]}',
    "letters": '{"content":[{"type":"text","text":"\u0085\u2028\u2029\ufeff\U000e0041\U0010ffff\x7f"}]}',
    "order": '{"zz":1,"content":[],"isError":false,"_meta":{"b":{},"a":[]},"aa":[[[[]]]],"":""}',
    "every plane": json.dumps({"content": [{"type": "text", "text": material.EVERY_PLANE}]}, ensure_ascii=False, separators=(",", ":")),
    "every plane, escaped": json.dumps({"content": [{"type": "text", "text": material.EVERY_PLANE}]}, separators=(",", ":")),
    "long": json.dumps({"content": [{"type": "text", "text": "\u20ac" * 1_000_000}]}, ensure_ascii=False, separators=(",", ":")),
}


@pytest.mark.parametrize("name", ODD)
def test_p1_p55_a_result_is_written_as_its_server_wrote_it(gatehouse: Gatehouse, name: str) -> None:
    odd = gatehouse.start("run", "--name", "odd", "--", sys.executable, str(PEERS / "odd.py"))
    wire = Wire(odd, within=30)
    wire.initialize()
    wire.send({"jsonrpc": "2.0", "id": "\u2028 7", "method": "tools/call", "params": {"name": "x", "arguments": {"result": ODD[name]}}})
    identifier = json.dumps("\u2028 7")
    assert wire.line() == f'{{"jsonrpc":"2.0","id":{identifier},"result":{ODD[name]}}}'.encode()
    assert wire.finish() == 0


def lines(process: Any, modern: bool) -> list[bytes]:
    """What a server answers to the same requests."""
    wire = Wire(process, within=30)
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": CLIENT,
        "io.modelcontextprotocol/clientCapabilities": {},
        "progressToken": "a \u2028 token",
    }
    found = []
    if not modern:
        meta = {"progressToken": "a \u2028 token"}
        asked = {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": CLIENT}
        wire.send({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": asked})
        found.append(wire.line())
        wire.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    for number, (method, parameters) in enumerate([
        ("tools/call", {"name": "test_echo", "arguments": {"text": material.EVERY_PLANE}}),
        ("tools/call", {"name": "test_hidden_text", "arguments": {}}),
        ("tools/call", {"name": "test_structured", "arguments": {"x": 2**60, "y": 1e-7}}),
        ("tools/call", {"name": "test_multiple_content_types", "arguments": {}}),
        ("tools/call", {"name": "test_tool_with_progress", "arguments": {"steps": 3}}),
        ("resources/read", {"uri": "test://static-binary"}),
        ("resources/read", {"uri": "test://nowhere"}),
        ("prompts/get", {"name": "test_prompt_with_image"}),
        ("prompts/list", {}),
        ("completion/complete", {"ref": {"type": "ref/prompt", "name": "x"}, "argument": {"name": "y", "value": "p"}}),
        ("example/unknown", {"\u2028": 1}),
    ]):  # fmt: skip
        identifier: Any = [number, f"id {number}", -number, 2**60 + number][number % 4]
        message = {"jsonrpc": "2.0", "id": identifier, "method": method, "params": {**parameters, "_meta": meta}}
        wire.send(json.dumps(message, ensure_ascii=False))
        while True:
            found.append(wire.line())
            if "method" not in json.loads(found[-1]):
                break
    wire.finish()
    return found


def enveloped(line: bytes) -> bytes:
    """A line with its envelope as the gate writes it; the older SDK writes some of its own at the end."""
    end = b',"jsonrpc":"2.0"}'
    return b'{"jsonrpc":"2.0",' + line.removesuffix(end)[1:] + b"}" if line.endswith(end) else line


@pytest.mark.parametrize(("server", "era"), [(one, era) for one in SERVERS for era in sdk.ERAS if (one, era) != ("older", "2026")])
def test_p1_p12_p55_the_lines_of_an_sdk_s_server_stay_what_they_are(
    gatehouse: Gatehouse, server: str, era: str, tmp_path: Path
) -> None:
    command = Pairs(gatehouse, ENVIRONMENTS, tmp_path).server(server)
    environment = {**gatehouse.environment, "PYTHONDONTWRITEBYTECODE": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    direct = lines(subprocess.Popen(command, env=environment, **pipes), era == "2026")
    gated = lines(gatehouse.start("run", "--name", "sdk", "--", *command, env=environment), era == "2026")
    if era == "2025":
        # The gate promises to tell of changed tools.
        direct[0] = direct[0].replace(b'"tools":{"listChanged":false}', b'"tools":{"listChanged":true}')
    assert gated == [enveloped(line) for line in direct]
    assert any(material.EVERY_PLANE[-1].encode() in line for line in gated)


@pytest.mark.parametrize("era", sdk.ERAS)
def test_p57_a_call_that_is_lost_is_not_made_again(gatehouse: Gatehouse, era: str, tmp_path: Path) -> None:
    arrived = tmp_path / "arrived"
    mirror = [sys.executable, str(PEERS / "witness.py"), str(arrived), sys.executable, str(PEERS / "mirror.py")]
    server: StdioServerParameters = gatehouse.running("mirror", mirror)

    async def play() -> tuple[int, str]:
        async with sdk.session(server, sdk.ERAS[era], tmp_path / "errors") as client:
            await client.list_tools()
            with pytest.raises(MCPError) as lost:
                await client.call_tool("die", {"status": 3})
            return lost.value.error.code, lost.value.error.message

    code, message = sdk.run(play, 30)
    assert code == -32603
    assert "the server exited with code 3" in message
    assert "whether the request took effect is not known" in message
    calls = [line for line in arrived.read_bytes().splitlines() if json.loads(line).get("method") == "tools/call"]
    assert len(calls) == 1
