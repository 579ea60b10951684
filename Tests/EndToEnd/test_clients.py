"""Servers of MCP clients, listed, routed through the gate in the clients' own files, and put back byte for byte."""

import hashlib
import json
import re
import stat
import subprocess
import threading
import time
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters

from rig import sdk
from rig.gatehouse import Gatehouse
from rig.wire import PLAIN, Wire

FIXTURES = Path(__file__).resolve().parents[1] / "Fixtures/clients"

#: Where each client keeps its file, below the home folder.
PLACES = {
    "claude-desktop.json": ".config/Claude/claude_desktop_config.json",
    "claude-code.json": ".claude.json",
    "cursor.json": ".cursor/mcp.json",
    "vscode.json": ".config/Code/User/mcp.json",
    "windsurf.json": ".codeium/windsurf/mcp_config.json",
    "zed.json": ".config/zed/settings.json",
    "codex.toml": ".codex/config.toml",
    "gemini.json": ".gemini/settings.json",
    "goose.yaml": ".config/goose/config.yaml",
    "copilot-cli.json": ".copilot/mcp-config.json",
    "cline.json": ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
    "continue.yaml": ".continue/config.yaml",
    "opencode.jsonc": ".config/opencode/opencode.jsonc",
    "crush.json": ".config/crush/crush.json",
    "lm-studio.json": ".lmstudio/mcp.json",
    "kiro.json": ".kiro/settings/mcp.json",
    "antigravity.json": ".gemini/antigravity/mcp_config.json",
    "kimi.json": ".kimi/mcp.json",
    "factory.json": ".factory/mcp.json",
    "amp.json": ".config/amp/settings.json",
    "inspector.json": ".mcp-inspector/mcp.json",
}


class Home:
    """A user's home folder, with a gatehouse of its own."""

    def __init__(self, gatehouse: Gatehouse, folder: Path) -> None:
        self.gatehouse = gatehouse
        self.folder = folder
        self.environment = {**gatehouse.environment, "HOME": str(folder)}
        self.environment.pop("XDG_CONFIG_HOME", None)

    def write(self, place: str, text: str | bytes, mode: int = 0o600) -> Path:
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)
        return path

    def clients(self, *words: str, code: int = 0) -> str:
        """What a command says, which is never a secret."""
        done = self.gatehouse.run("clients", *words, environment=self.environment, cwd=self.folder)
        assert done.returncode == code, done.stdout + done.stderr
        assert "s3cret" not in done.stdout + done.stderr
        return done.stdout + done.stderr

    def servers(self, *words: str) -> dict[str, dict[str, Any]]:
        return {server["name"]: server for server in json.loads(self.clients("list", *words, "--json"))["servers"]}

    def registry(self) -> dict[str, Any]:
        return json.loads((self.gatehouse.home / "servers.json").read_text())["mcpServers"]

    def contents(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def home(gatehouse: Gatehouse, tmp_path: Path) -> Home:
    folder = tmp_path / "person"
    folder.mkdir()
    return Home(gatehouse, folder)


@pytest.fixture
def everything(home: Home) -> Home:
    """A home with every client's file."""
    assert sorted(PLACES) == sorted(path.name for path in FIXTURES.iterdir())
    for number, (name, place) in enumerate(PLACES.items()):
        home.write(place, (FIXTURES / name).read_bytes(), [0o600, 0o644, 0o640][number % 3])
    return home


def test_every_server_of_every_client_is_listed(everything: Home) -> None:
    listing = json.loads(everything.clients("list", "--json"))
    assert len(listing["files"]) == len(PLACES)
    assert all("problem" not in file for file in listing["files"])
    assert len({server["client"] for server in listing["servers"]}) == len(PLACES)
    assert not any(server["guarded"] for server in listing["servers"])
    local = [server for server in listing["servers"] if server["scope"] == "local"]
    assert [(server["name"], server["project"], server["disabled"]) for server in local] == [
        ("git", "/srv/shop", False),
        ("db", "/srv/shop", True),
    ]
    text = everything.clients("list")
    for word in ("Claude Desktop", "the docs", "sse", "~/.codex/config.toml", "not guarded"):
        assert word in text
    assert set(everything.servers("kiro")) == {"aws"}


def test_all_go_through_the_gate_and_come_back(everything: Home) -> None:
    before = everything.contents()
    modes = {place: (everything.folder / place).stat().st_mode for place in PLACES.values()}

    dry = everything.clients("wrap", "--dry-run")
    assert everything.contents() == before
    assert not (everything.gatehouse.home / "servers.json").exists()
    word = re.search(r"clients wrap --preview (\w+)", dry).group(1)

    said = everything.clients("wrap", "--preview", word)
    assert "restart Claude Code, " in said and "Goose developer" in said
    changed = everything.contents()
    for place in PLACES.values():
        path = everything.folder / place
        assert changed[place] != before[place], place
        assert path.stat().st_mode == modes[place], place
        backup = path.with_name(path.name + ".before-gatehouse")
        assert changed[str(backup.relative_to(everything.folder))] == before[place]
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
        assert b"s3cret" not in path.read_bytes()
    assert len(changed) == 2 * len(before)
    assert "s3cret-of-git" in json.dumps(everything.registry())
    for name in ("servers.json", "clients.json"):
        assert stat.S_IMODE((everything.gatehouse.home / name).stat().st_mode) == 0o600
    listing = json.loads(everything.clients("list", "--json"))["servers"]
    open_ones = [server["name"] for server in listing if not server["guarded"]]
    assert open_ones == ["from-an-extension", "developer"]
    assert not [server for server in listing if server["guarded"] and "problem" in server]

    again = everything.clients("wrap")
    assert "runs through the gate already" in again and everything.contents() == changed

    everything.clients("unwrap", "codex", "git")
    assert everything.servers("codex")["git"]["guarded"] is False
    everything.clients("unwrap")
    assert everything.contents() == before
    assert "no client's server runs through the gate" in everything.clients("unwrap")


@pytest.mark.parametrize("client", ["cursor", "codex", "goose", "opencode"])
def test_a_real_client_reaches_the_real_server_through_the_gate(home: Home, client: str) -> None:
    program, script = json.dumps(PLAIN[0]), json.dumps(PLAIN[1])
    places = {
        "cursor": (
            ".cursor/mcp.json",
            f'{{"mcpServers": {{"notes": {{"command": {program}, "args": [{script}], "env": {{"A_TOKEN": "s3cret"}}}}}}}}',
        ),
        "codex": (
            ".codex/config.toml",
            f"[mcp_servers.notes]\ncommand = {program}\nargs = [{script}]\n[mcp_servers.notes.env]\nA_TOKEN = 's3cret'\n",
        ),
        "goose": (
            ".config/goose/config.yaml",
            f"extensions:\n  notes:\n    type: stdio\n    cmd: {PLAIN[0]}\n    args:\n    - {script}\n    envs:\n      A_TOKEN: s3cret\n",
        ),
        "opencode": (
            ".config/opencode/opencode.json",
            f'{{"mcp": {{"notes": {{"type": "local", "command": [{program}, {script}], "environment": {{"A_TOKEN": "s3cret"}}}}}}}}',
        ),
    }
    place, text = places[client]
    path = home.write(place, text)
    home.clients("wrap", client, "notes")
    if client == "cursor":
        entry = json.loads(path.read_text())["mcpServers"]["notes"]
        command, args, environment = entry["command"], entry["args"], entry["env"]
    elif client == "codex":
        entry = tomllib.loads(path.read_text())["mcp_servers"]["notes"]
        command, args, environment = entry["command"], entry["args"], entry["env"]
    elif client == "opencode":
        entry = json.loads(path.read_text())["mcp"]["notes"]
        command, args, environment = entry["command"][0], entry["command"][1:], entry["environment"]
    else:
        lines = path.read_text()
        command = json.loads(json.dumps(re.search(r"cmd: (.*)", lines).group(1)))
        args = json.loads(re.search(r"args: (.*)", lines).group(1))
        environment = json.loads(re.search(r"envs: (.*)", lines).group(1))
    # The SDK, as most clients, starts servers with next to none of its own environment.
    assert environment == {"GATEHOUSE_HOME": str(home.gatehouse.home)}
    environment["HOME"] = str(home.folder)

    async def scenario() -> Any:
        server = StdioServerParameters(command=command, args=args, env=environment)
        async with sdk.session(server) as session:
            tools = await session.list_tools()
            answer = await session.call_tool("get_note", {})
            return [tool.name for tool in tools.tools], answer

    tools, answer = sdk.run(scenario)
    assert "get_note" in tools and not answer.is_error
    assert home.registry()["notes"]["env"] == {"A_TOKEN": "s3cret"}
    home.clients("unwrap", client)
    assert path.read_text() == text


class Remote(BaseHTTPRequestHandler):
    """A server over HTTP that tells with which token it was called."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        results = {
            "initialize": {
                "protocolVersion": "2025-11-25",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "remote", "version": "1"},
            },
            "tools/list": {"tools": [{"name": "token", "inputSchema": {"type": "object"}}]},
            "tools/call": {"content": [{"type": "text", "text": self.headers.get("Authorization", "none")}]},
        }
        answer = {"jsonrpc": "2.0", "id": message.get("id"), "result": results.get(message["method"], {})}
        body = json.dumps(answer).encode() if "id" in message else b""
        self.send_response(200 if body else 202)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.send_response(405)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_DELETE = do_GET

    def log_message(self, *_: object) -> None:
        pass


def test_a_server_over_http_gets_what_its_client_fills_in(home: Home) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Remote)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/mcp"
    text = f'{{"servers": {{"far": {{"type": "http", "url": "{url}", "headers": {{"Authorization": "Bearer ${{input:t}}"}}}}}}}}'
    path = home.write(".config/Code/User/mcp.json", text)
    home.clients("wrap", "vscode", "far")
    entry = json.loads(path.read_text())["servers"]["far"]
    assert entry["type"] == "stdio" and entry["args"] == ["connect", "far"]
    # What the client puts in place of what it asked its user for.
    environment = {name: value.replace("${input:t}", "hunter2") for name, value in entry["env"].items()}
    process = subprocess.Popen(
        [entry["command"], *entry["args"]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"HOME": str(home.folder), "PATH": "/usr/bin:/bin", **environment},
        cwd=home.folder,
    )
    wire = Wire(process, within=30)
    wire.initialize()
    assert wire.call("token")["result"]["content"][0]["text"] == "Bearer hunter2"
    assert wire.finish() == 0
    for stream in (process.stdin, process.stdout):
        stream.close()
    server.shutdown()
    server.server_close()
    assert "hunter2" not in json.dumps(home.registry())
    home.clients("unwrap")
    assert path.read_text() == text


@pytest.mark.parametrize("first", ["import", "wrap"])
def test_a_server_whose_header_is_a_variable_is_registered_once(home: Home, first: str) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Remote)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/mcp"
    headers = '"headers": {"Authorization": "Bearer ${%s}"}'
    code = home.write(".claude.json", f'{{"mcpServers": {{"far": {{"type": "http", "url": "{url}", {headers % "T"}}}}}}}')
    home.write(".cursor/mcp.json", f'{{"mcpServers": {{"away": {{"url": "{url}", {headers % "env:T"}}}}}}}')
    home.write(".codex/config.toml", f'[mcp_servers.codexs]\nurl = "{url}"\nbearer_token_env_var = "T"\n')

    def register() -> None:
        done = home.gatehouse.run("servers", "import", "--all", environment=home.environment, cwd=home.folder)
        assert done.returncode == 0, done.stderr

    if first == "import":
        register()
    else:
        home.clients("wrap", "claude-code")
        register()
    home.clients("wrap")
    assert home.registry() == {"far": {"url": url, "headers": {"Authorization": "Bearer ${T}"}}}
    assert {server["guarded_as"] for server in home.servers().values()} == {"far"}
    entry = json.loads(code.read_text())["mcpServers"]["far"]
    assert entry["env"]["T"] == "${T}"
    wire = Wire(
        subprocess.Popen(
            [entry["command"], *entry["args"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"HOME": str(home.folder), "PATH": "/usr/bin:/bin", **entry["env"], "T": "hunter2"},
            cwd=home.folder,
        ),
        within=30,
    )
    wire.initialize()
    assert wire.call("token")["result"]["content"][0]["text"] == "Bearer hunter2"
    assert wire.finish() == 0
    for stream in (wire.process.stdin, wire.process.stdout):
        stream.close()
    server.shutdown()
    server.server_close()


def test_what_is_wrong_with_a_file_is_told_with_its_place(home: Home) -> None:
    path = home.write(".cursor/mcp.json", '{\n  "mcpServers": {"a": {"command": "x"},, }\n}')
    toml = home.write(".codex/config.toml", "[mcp_servers.a]\ncommand = x\n")
    listing = json.loads(home.clients("list", "--json"))
    assert [(file["client"], file["line"], file["column"]) for file in listing["files"]] == [
        ("cursor", 2, 42),
        ("codex", 2, 11),
    ]
    for client in ("cursor", "codex"):
        said = home.clients("wrap", client, code=1)
        assert "not changed" in said and "line 2" in said
        assert "line 2" in home.clients("wrap", client, "a", code=1)
    assert path.read_text().count(",,") == 1 and "command = x" in toml.read_text()
    assert not list(home.folder.rglob("*before-gatehouse"))


def test_a_file_that_changed_since_the_preview_is_left(home: Home) -> None:
    path = home.write(".cursor/mcp.json", '{"mcpServers": {"a": {"command": "x"}}}')
    word = re.search(r"--preview (\w+)", home.clients("wrap", "--dry-run")).group(1)
    path.write_text('{"mcpServers": {"a": {"command": "y"}}}')
    assert "changed since that preview" in home.clients("wrap", "--preview", word, code=1)
    assert '"y"' in path.read_text()
    word = re.search(r"--preview (\w+)", home.clients("wrap", "--dry-run")).group(1)
    home.clients("wrap", "--preview", word)
    assert home.servers()["a"]["guarded_as"] == "a"


def test_a_name_that_is_taken_becomes_another_one(home: Home) -> None:
    home.write(".cursor/mcp.json", '{"mcpServers": {"a": {"command": "x"}}}')
    home.gatehouse.run("servers", "add", "a", "--", "other", environment=home.environment)
    said = home.clients("wrap", "cursor", "a")
    assert "through the gate as a-cursor" in said and "`a` is another server's name in the registry" in said
    assert home.registry()["a"]["command"] == "other" and home.registry()["a-cursor"]["command"] == "x"


def test_links_are_followed_where_they_are_the_users_own(home: Home) -> None:
    real = home.write("dotfiles/mcp.json", '{"mcpServers": {"a": {"command": "x"}}}', 0o640)
    link = home.folder / ".cursor/mcp.json"
    link.parent.mkdir()
    link.symlink_to(real)
    home.clients("wrap", "cursor")
    assert link.is_symlink() and b"connect" in real.read_bytes() and stat.S_IMODE(real.stat().st_mode) == 0o640
    home.clients("unwrap", "cursor")
    before = real.read_bytes()
    (home.folder / "dotfiles").chmod(0o777)
    assert "others can write there" in home.clients("wrap", "cursor", code=1)
    assert real.read_bytes() == before


def test_what_is_lost_is_made_from_the_registry(home: Home) -> None:
    path = home.write(".cursor/mcp.json", '{"mcpServers": {"a": {"command": "x", "args": ["y"], "env": {"T": "s3cret"}}}}')
    before = path.read_text()
    home.clients("wrap")
    (home.gatehouse.home / "clients.json").unlink()
    assert "made anew from the registry" in home.clients("unwrap")
    assert json.loads(path.read_text()) == json.loads(before)


def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new(home: Home) -> None:
    places = []
    for fixture in ("claude-code.json", "codex.toml", "goose.yaml", "vscode.json"):
        places.append(PLACES[fixture])
        home.write(PLACES[fixture], (FIXTURES / fixture).read_bytes())
    before = {name: (home.folder / name).read_bytes() for name in places}
    # How long it takes here, which depends on what else the machine does.
    start = time.monotonic()
    home.clients("wrap")
    longest = 1.5 * (time.monotonic() - start)
    after = {name: (home.folder / name).read_bytes() for name in places}
    home.clients("unwrap")
    seen = set()
    for number in range(12):
        process = subprocess.Popen(
            [home.gatehouse.binary, "clients", "wrap"],
            env=home.environment,
            cwd=home.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(longest * number / 11)
        process.kill()
        process.wait()
        for name in places:
            path = home.folder / name
            now = path.read_bytes()
            assert now in (before[name], after[name]), name
            seen.add(now == after[name])
            if now == after[name]:
                assert path.with_name(path.name + ".before-gatehouse").read_bytes() == before[name]
        home.clients("wrap")
        home.clients("unwrap")
        assert {name: (home.folder / name).read_bytes() for name in places} == before
    assert seen == {False, True}


@pytest.mark.parametrize("folder", ["", "shop"])
def test_continues_folder_of_servers_goes_there_and_back(
    gatehouse: Gatehouse, tmp_path: Path, folder: str
) -> None:
    home = Home(gatehouse, tmp_path)
    text = "name: Notes\r\nversion: 0.0.1 # mine\nschema: v1\nmcpServers:\n  - name: notes\n    command: cat\n    args: [-u]\n"
    path = home.write(f"{folder}/.continue/mcpServers/notes.yaml".lstrip("/"), text)
    home.write(f"{folder}/.continue/mcpServers/README.md".lstrip("/"), "no server")
    run = lambda *words: gatehouse.run(  # noqa: E731
        "clients", *words, environment=home.environment, cwd=tmp_path / folder
    )
    listed = json.loads(run("list", "--json").stdout)
    rows = listed["servers"] if isinstance(listed, dict) else listed
    assert [(row["client"], row["name"]) for row in rows] == [("continue", "notes")]
    assert run("wrap", "continue", "notes").returncode == 0
    assert "connect" in path.read_text() and "# mine" in path.read_text()
    assert run("unwrap").returncode == 0
    assert path.read_bytes() == text.encode()
