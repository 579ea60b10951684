"""From nothing to a guarded server: a new user's first minutes, and the servers that their clients have already."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from rig.approvals import denied_by_a_person
from rig.gatehouse import Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually
from rig.wire import PLAIN, Wire


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder in which three clients keep servers."""
    write = {
        ".cursor/mcp.json": json.dumps(
            {
                "mcpServers": {
                    "notes": {"command": PLAIN[0], "args": PLAIN[1:], "env": {"API_TOKEN": "s3cret-value"}},
                    "far": {"url": "https://mcp.example/mcp", "headers": {"X-Key": "s3cret-value"}},
                    "signed": {"url": "https://mcp.example/mcp", "auth": {"CLIENT_ID": "s3cret-value"}},
                    "old": {"command": "gatehouse", "args": ["connect", "old"]},
                }
            },
            indent=4,
        ),
        ".codex/config.toml": f'# mine\nmodel = "x"\n[mcp_servers.notes]\ncommand = "{PLAIN[0]}"\nargs = ["{PLAIN[1]}", "--noise"]\n',
        ".config/Code/User/mcp.json": '{ "servers": { // none\n } }\n',
    }
    for name, text in write.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def environment(gatehouse: Gatehouse, home: Path) -> dict[str, str]:
    environment = {**gatehouse.environment, "HOME": str(home)}
    environment.pop("XDG_CONFIG_HOME", None)
    return environment


def contents(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def registry(gatehouse: Gatehouse) -> dict:
    return json.loads((gatehouse.home / "servers.json").read_text())["mcpServers"]


@pytest.mark.parametrize("size", [(80, 24), (160, 48), (40, 10)], ids=["80x24", "160x48", "40x10"])
def test_a_new_user_gets_to_a_guarded_server(
    gatehouse: Gatehouse, environment: dict[str, str], home: Path, size: tuple[int, int]
) -> None:
    gatehouse.set_policy(None)
    before = contents(home)
    console = Terminal([gatehouse.binary], environment, size)
    try:
        console.shows("Careful", "Observe", "Empty", "DENIES ALL")
        console.keys("Enter")
        console.shows("Sure?")
        console.keys("y")
        console.shows("Servers of your clients", "notes")
        assert "s3cret-value" not in console.screen()
        console.keys("Space")
        console.shows("[x]")
        console.keys("Enter")
        console.shows("Added", "notes", "servers.json")
        console.keys("Enter")
        console.shows("get_note", within=30)
        # Nobody has decided about its tools yet: the policy denies them.
        wire = Wire(gatehouse.start("connect", "notes"))
        wire.initialize()
        assert wire.call("get_note")["result"]["isError"]
        console.keys("W")
        console.shows("3 tools")
        console.keys("y")
        console.shows("●")
        console.keys("C-s")
        eventually(lambda: "match_schema" in gatehouse.policy_file.read_text(), what="the rules in the file")
        eventually(lambda: not wire.call("get_note")["result"].get("isError"), what="a call that passes")
        told = denied_by_a_person(gatehouse, wire, "delete_note")
        assert told["isError"] and "not today" in told["content"][0]["text"]
        console.keys("q")
        assert console.status() == 0
    finally:
        console.close()
    assert contents(home) == before
    assert registry(gatehouse) == {
        "notes": {"command": PLAIN[0], "args": PLAIN[1:], "env": {"API_TOKEN": "s3cret-value"}}
    }
    assert stat.S_IMODE((gatehouse.home / "servers.json").stat().st_mode) == 0o600


def test_servers_of_clients_are_listed_and_registered(
    gatehouse: Gatehouse, environment: dict[str, str], home: Path
) -> None:
    before = contents(home)
    listed = gatehouse.succeed("servers", "import", environment=environment)
    assert "notes-codex" in listed and "it runs through the gate already" in listed
    assert "https://mcp.example/mcp (with X-Key)" in listed
    assert "API_TOKEN" in listed and "s3cret-value" not in listed
    found = json.loads(gatehouse.succeed("servers", "import", "--json", environment=environment))
    assert [(one["proposed"], one["offered"]) for one in found if one["offered"]] == [
        ("notes", True), ("far", True), ("notes-codex", True),
    ]
    gatehouse.succeed("servers", "import", "--all", "--dry-run", environment=environment)
    assert not (gatehouse.home / "servers.json").exists()
    said = gatehouse.succeed("servers", "import", "notes", environment=environment)
    assert '"connect", "notes"' in said and "s3cret-value" not in said
    assert list(registry(gatehouse)) == ["notes"]
    # What is registered is not offered again, and what has another command gets another name.
    listed = gatehouse.succeed("servers", "import", environment=environment)
    assert "registered already as notes" in listed and "notes-codex" in listed
    gatehouse.succeed("servers", "import", "--all", environment=environment)
    assert list(registry(gatehouse)) == ["notes", "far", "notes-codex"]
    assert registry(gatehouse)["far"] == {"url": "https://mcp.example/mcp", "headers": {"X-Key": "s3cret-value"}}
    assert contents(home) == before


@pytest.mark.parametrize(
    ("words", "mentions"),
    [(["nobody"], "no client's file"), (["signed"], "Cursor logs in to it by itself"), (["old"], "through the gate already")],
)
def test_what_cannot_be_registered_says_why(
    gatehouse: Gatehouse, environment: dict[str, str], words: list[str], mentions: str
) -> None:
    done = gatehouse.run("servers", "import", *words, environment=environment)
    assert done.returncode == 1
    assert mentions in done.stderr
    assert not (gatehouse.home / "servers.json").exists()


def test_a_file_elsewhere_can_be_named(gatehouse: Gatehouse, environment: dict[str, str], tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"context_servers": {"clock": {"command": "clock-server",}}, /* mine */}')
    gatehouse.succeed("servers", "import", "--from", str(other), "clock", environment=environment)
    assert registry(gatehouse) == {"clock": {"command": "clock-server"}}
    other.write_text("{")
    done = gatehouse.run("servers", "import", "--from", str(other), environment=environment)
    assert done.returncode == 1 and "line 1" in done.stderr


def test_a_disabled_server_starts_for_nobody(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy({"version": "1", "default": "allow"})
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    text = (gatehouse.home / "servers.json").read_bytes()
    gatehouse.succeed("servers", "disable", "notes")
    assert "disabled" in gatehouse.succeed("servers", "list")
    client = gatehouse.start("connect", "notes")
    client.stdin.close()
    assert client.wait(20) == 1
    assert b"is disabled" in client.stderr.read()
    assert gatehouse.run("servers", "scan").returncode == 1
    gatehouse.succeed("servers", "enable", "notes")
    assert (gatehouse.home / "servers.json").read_bytes() == text
    wire = Wire(gatehouse.start("connect", "notes"))
    wire.initialize()
    assert not wire.call("get_note")["result"].get("isError")


def test_the_servers_pane_changes_the_registry_and_puts_it_back(
    gatehouse: Gatehouse, environment: dict[str, str]
) -> None:
    gatehouse.set_policy({"version": "1", "default": "allow"})
    gatehouse.succeed("servers", "add", "first", "--", *PLAIN)
    text = (gatehouse.home / "servers.json").read_bytes()
    console = Terminal([gatehouse.binary], environment, (100, 30))
    try:
        console.shows("first")
        console.keys("5")
        console.shows("runs", "never asked")
        console.keys("Space")
        console.shows("∅ disabled")
        assert registry(gatehouse)["first"]["disabled"] is True
        console.keys("Space")
        console.shows_no("∅ disabled")
        console.keys("A")
        console.shows("Add a server")
        console.type("second")
        console.keys("Tab")
        console.type(f"SECRET=s3cret-value {PLAIN[0]} {PLAIN[1]}")
        assert "s3cret-value" not in console.screen()
        console.keys("Enter")
        console.shows("Added", "second: ✓ 3 tools", within=30)
        assert registry(gatehouse)["second"] == {
            "command": PLAIN[0], "args": PLAIN[1:], "env": {"SECRET": "s3cret-value"},
        }
        console.keys("Enter")
        console.keys("X")
        console.shows("Sure?")
        console.keys("y")
        console.shows("removed first")
        assert list(registry(gatehouse)) == ["second"]
        console.keys("B")
        console.shows("what it was before")
        assert list(registry(gatehouse)) == ["first", "second"]
        console.keys("B")
        eventually(lambda: (gatehouse.home / "servers.json").read_bytes() == text, what="the text as it was")
        console.keys("q")
        assert console.status() == 0
    finally:
        console.close()


def test_lines_of_text_lead_to_a_server_too(gatehouse: Gatehouse, environment: dict[str, str]) -> None:
    gatehouse.set_policy({"version": "1", "default": "deny"})
    plain = gatehouse.start("--plain", env=environment)
    seen = b""

    def until(text: bytes) -> None:
        nonlocal seen
        while text not in seen:
            more = plain.stdout.read1(65536)
            assert more, seen.decode()
            seen += more

    def say(line: str) -> None:
        plain.stdin.write(line.encode() + b"\n")
        plain.stdin.flush()

    until(b"> ")
    say("import")
    until(b"import NAME")
    assert b"notes, Cursor" in seen and b"s3cret-value" not in seen
    say("import notes")
    until(b'"connect", "notes"')
    until(b"asked notes for its tools")

    def knows_the_tools() -> bool:
        nonlocal seen
        seen = b""
        say("list")
        until(b"default deny")
        return b"3 tools" in seen

    eventually(knows_the_tools, 30, "the tools")
    say("disable notes")
    until(b"is disabled")
    say("server notes")
    until(b"API_TOKEN (values not shown)")
    say("quit")
    assert plain.wait(20) == 0
    assert registry(gatehouse)["notes"]["disabled"] is True
