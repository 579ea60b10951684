"""What `gatehouse doctor` finds, and that what it proposes mends it."""

import hashlib
import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rig.gatehouse import ALLOW_ALL, Gatehouse
from rig.small_disk import SmallDisk, small_disks
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, plain

Found = dict[str, Any]


def look(gatehouse: Gatehouse) -> list[Found]:
    done = gatehouse.run("doctor", "--json")
    found: list[Found] = json.loads(done.stdout)
    assert done.returncode == (1 if any(f["verdict"] == "wrong" for f in found) else 0)
    return found


def wrong(gatehouse: Gatehouse) -> list[Found]:
    return [f for f in look(gatehouse) if f["verdict"] == "wrong"]


def register(gatehouse: Gatehouse, **servers: Any) -> Path:
    path = gatehouse.home / "servers.json"
    path.write_text(json.dumps({"mcpServers": servers}))
    path.chmod(0o600)
    return path


@pytest.fixture
def sound(gatehouse: Gatehouse) -> Gatehouse:
    """All is well, and a gate runs."""
    gatehouse.set_policy(ALLOW_ALL)
    register(gatehouse)
    gatehouse.serve()
    wire = plain(gatehouse)
    wire.initialize()
    wire.call("read_note", {})
    return gatehouse


def test_nothing_is_wrong_where_all_is_well(sound: Gatehouse) -> None:
    found = look(sound)
    assert not [f for f in found if f["verdict"] == "wrong"]
    good = {(f["section"], f["subject"]) for f in found if f["verdict"] == "good"}
    assert good >= {("files", "policy"), ("gate", "gate"), ("gate", "policy"), ("record", "record"), ("record", "disk")}
    text = sound.succeed("doctor")
    assert text.startswith("files\n") and text.splitlines()[-1].startswith("nothing is wrong")
    assert "good" not in sound.succeed("doctor", "--quiet")


def test_a_new_user_is_told_how_to_begin(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(None)
    found = look(gatehouse)
    assert [f["subject"] for f in found if f["verdict"] == "wrong"] == ["policy"]
    assert any("servers add" in f.get("remedy", "") for f in found if f["subject"] == "servers")


@pytest.mark.parametrize(
    "name, text, place",
    [
        ("policy.json", '{"version": "1",\n "defualt": "allow"}', "policy.json:2:2"),
        ("servers.json", '{"mcpServers": []}', "servers.json:1:16"),
        ("config.json", '{"recrod": {}}', "config.json:1:2"),
        ("config.json", '{"console": {"mouse": 1}}', "config.json:1:23"),
        ("config.json", '{"console": {"theme": "none-such"}}', "none-such"),
        ("keys.conf", "q no_such_action\n", "keys.conf:1"),
        ("filters.conf", "no expression\n", "filters.conf"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(gatehouse: Gatehouse, name: str, text: str, place: str) -> None:
    gatehouse.set_policy(ALLOW_ALL)
    (gatehouse.home / name).write_text(text)
    (gatehouse.home / name).chmod(0o600)
    found = wrong(gatehouse)
    assert len(found) == 1 and place in found[0]["text"] and found[0]["remedy"]


@pytest.mark.parametrize("name", ["servers.json", "policy.json", "."])
def test_what_it_says_about_rights_mends_them(gatehouse: Gatehouse, name: str) -> None:
    gatehouse.set_policy(ALLOW_ALL)
    register(gatehouse)
    (gatehouse.home / name).chmod(0o777)
    found = wrong(gatehouse)
    assert len(found) == 1 and found[0]["remedy"].startswith("chmod ")
    subprocess.run(shlex.split(found[0]["remedy"]), check=True)
    left = wrong(gatehouse)
    if name == "servers.json":
        # Nobody else may read what holds secrets either.
        assert [f["remedy"].split()[:2] for f in left] == [["chmod", "600"]]
        subprocess.run(shlex.split(left[0]["remedy"]), check=True)
    assert not wrong(gatehouse)


def test_servers_that_cannot_start_are_named(gatehouse: Gatehouse, tmp_path: Path) -> None:
    gatehouse.set_policy(ALLOW_ALL)
    (tmp_path / "plain").write_text("no program")
    register(
        gatehouse,
        missing={"command": "no-such-program", "args": ["--token", "hush"], "env": {"KEY": "hush"}},
        elsewhere={"command": "/no/such/program"},
        text={"command": str(tmp_path / "plain")},
        homeless={"command": "cat", "cwd": "/no/such/folder"},
        clear={"url": "http://example.com/mcp?key=hush"},
        near={"url": "http://127.0.0.1:9/mcp"},
        asking={"url": "http://127.0.0.1:9/mcp", "headers": {"A": "Bearer ${NOT_THERE}"}},
        ready={"url": "http://127.0.0.1:9/mcp", "headers": {"A": "${NOT_THERE:-hush} ${HOME}"}},
        filed={"url": "http://127.0.0.1:9/mcp", "headers": {"A": {"file": "/no/such/file"}}},
        off={"command": "no-such-program", "disabled": True},
        fine={"command": "cat"},
    )
    done = gatehouse.run("doctor", "--json")
    found = [f for f in json.loads(done.stdout) if f["section"] == "servers"]
    verdicts = {f["subject"]: f["verdict"] for f in found}
    assert verdicts == {
        "missing": "wrong", "elsewhere": "wrong", "text": "wrong", "homeless": "wrong", "clear": "wrong",
        "near": "hint", "asking": "hint", "ready": "hint", "filed": "wrong", "off": "hint", "fine": "hint",
    }
    texts = {f["subject"]: f["text"] for f in found}
    assert "`NOT_THERE`" in texts["asking"] and texts["ready"] == texts["near"] == "its tools are not known"
    assert "hush" not in done.stdout + gatehouse.run("doctor").stdout


def test_a_server_that_failed_is_told_until_it_answers(gatehouse: Gatehouse, tmp_path: Path) -> None:
    gatehouse.set_policy(ALLOW_ALL)
    register(gatehouse, broken={"command": "sh", "args": ["-c", "echo no key >&2; exit 3"]})
    assert gatehouse.run("servers", "scan").returncode == 1
    found = wrong(gatehouse)
    assert len(found) == 1 and "no key" in found[0]["text"] and found[0]["remedy"] == "gatehouse servers scan broken"


def test_a_record_that_was_changed_is_found(sound: Gatehouse) -> None:
    segment = next((sound.home / "record").iterdir())
    segment.write_bytes(segment.read_bytes().replace(b'"read_note"', b'"wipe_note"', 1))
    found = wrong(sound)
    assert found and all(f["section"] == "record" for f in found) and "log verify" in found[0]["remedy"]


def test_a_lockdown_is_told_with_and_without_a_gate(sound: Gatehouse) -> None:
    sound.person.succeed("lockdown", "on")
    assert [f["subject"] for f in wrong(sound)] == ["lockdown"]
    sound.person.succeed("stop")
    assert [(f["subject"], f["remedy"]) for f in wrong(sound)] == [("lockdown", "gatehouse lockdown off")]


def test_a_rejected_policy_is_told_by_file_and_gate(sound: Gatehouse) -> None:
    stream = sound.stream()
    sound.change_policy('{"version": "1", "default": "perhaps"}', stream, "rejected")
    assert {f["section"] for f in wrong(sound)} == {"files", "gate"}


def test_a_damaged_catalogue_is_named(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(ALLOW_ALL)
    (gatehouse.home / "gatehouse.db").write_bytes(os.urandom(8192))
    found = wrong(gatehouse)
    assert [f["subject"] for f in found] == ["catalogue"] and ".damaged" in found[0]["remedy"]


def test_a_gate_that_does_not_answer_is_told(sound: Gatehouse) -> None:
    pid = json.loads(sound.succeed("status", "--json"))["pid"]
    os.kill(pid, 19)
    try:
        found = [f for f in json.loads(sound.run("doctor", "--json", timeout=60).stdout) if f["section"] == "gate"]
        assert any(f["verdict"] == "wrong" and "does not answer" in f["text"] for f in found)
    finally:
        os.kill(pid, 18)


def test_clients_are_looked_at(gatehouse: Gatehouse, tmp_path: Path) -> None:
    gatehouse.set_policy(ALLOW_ALL)
    register(gatehouse, notes={"command": "cat"})
    home = tmp_path / "home"
    (home / ".cursor").mkdir(parents=True)
    (home / ".cursor" / "mcp.json").write_text(json.dumps({"mcpServers": {
        "open": {"command": "cat", "env": {"KEY": "hush"}},
        "guarded": {"command": gatehouse.binary, "args": ["connect", "notes"]},
        "lost": {"command": gatehouse.binary, "args": ["connect", "nobody"]},
    }}))
    (home / ".codex").mkdir()
    (home / ".codex" / "config.toml").write_text("[mcp_servers.x\n")
    (home / ".config" / "goose").mkdir(parents=True)
    (home / ".config" / "goose" / "config.yaml").write_text("extensions:\n  developer: {type: builtin, name: developer}\n")
    done = gatehouse.run("doctor", "--json", environment={"HOME": str(home)}, cwd=tmp_path)
    found = {f["subject"]: f for f in json.loads(done.stdout) if f["section"] == "clients"}
    assert {name: f["verdict"] for name, f in found.items()} == {
        "Cursor: open": "hint", "Cursor: guarded": "good", "Cursor: lost": "wrong", "Codex": "wrong",
        "Goose: developer": "good",
    }
    assert found["Cursor: open"]["remedy"] == "gatehouse clients wrap cursor open"
    assert "hush" not in done.stdout


def test_pins_are_looked_at(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(ALLOW_ALL)
    (gatehouse.home / "tools.lock.json").write_text("<<<<<<< ours\n")
    (gatehouse.home / "tools.lock.json").chmod(0o600)
    found = wrong(gatehouse)
    assert [f["subject"] for f in found] == ["lock"] and "tools.lock.json:1:1" in found[0]["text"]


def put_a_folder_in_the_sockets_place(gatehouse: Gatehouse) -> None:
    (gatehouse.home / "gate.sock").mkdir()


def point_nowhere(gatehouse: Gatehouse) -> None:
    path = gatehouse.home / "servers.json"
    path.unlink(missing_ok=True)
    path.symlink_to("/nowhere/servers.json")


def put_a_file_in_the_records_place(gatehouse: Gatehouse) -> None:
    (gatehouse.home / "record").write_text("old")


def spoil_the_catalogue(gatehouse: Gatehouse) -> None:
    register(gatehouse, notes={"command": PLAIN[0], "args": PLAIN[1:]})
    (gatehouse.home / "gatehouse.db").write_bytes(b"no database " * 100)


def let_others_write_the_policy(gatehouse: Gatehouse) -> None:
    """Behind a link, too."""
    real = gatehouse.home / "real.json"
    (gatehouse.home / "policy.json").rename(real)
    (gatehouse.home / "policy.json").symlink_to(real)
    real.chmod(0o666)


def let_others_write_into_the_home(gatehouse: Gatehouse) -> None:
    gatehouse.home.chmod(0o777)


def let_a_grant_expire(gatehouse: Gatehouse) -> None:
    gatehouse.succeed("grants", "add", "bob", "--expires", "30d")
    path = gatehouse.home / "grants.json"
    grants = json.loads(path.read_text())
    grants["grants"][0]["expires"] = "2020-01-01T00:00:00Z"
    path.write_text(json.dumps(grants))


def let_others_write_the_grants(gatehouse: Gatehouse) -> None:
    gatehouse.succeed("grants", "add", "bob")
    (gatehouse.home / "grants.json").chmod(0o666)


def lose_the_gates_program(gatehouse: Gatehouse) -> None:
    """As after it was installed elsewhere: the client's entry starts what is no more."""
    folder = Path(gatehouse.environment["HOME"]) / ".cursor"
    folder.mkdir(parents=True)
    (folder / "mcp.json").write_text('{"mcpServers": {"notes": {"command": "cat", "args": ["-u"]}}}')
    gatehouse.succeed("clients", "wrap", "cursor", "notes")
    text = (folder / "mcp.json").read_text()
    here = json.loads(text)["mcpServers"]["notes"]["command"]
    (folder / "mcp.json").write_text(text.replace(here, "/gone/gatehouse"))


def disable_a_server(gatehouse: Gatehouse) -> None:
    gatehouse.succeed("servers", "add", "notes", "--", "cat")
    gatehouse.succeed("servers", "disable", "notes")


def leave_a_server_unguarded(gatehouse: Gatehouse) -> None:
    folder = Path(gatehouse.environment["HOME"]) / ".cursor"
    folder.mkdir(parents=True)
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": {"bob's docs; exit 9": {"command": "cat"}}}))


def fail_once(gatehouse: Gatehouse) -> None:
    there = gatehouse.home / "there"
    script = f"test -e {there} || {{ touch {there}; exit 3; }}; exec {PLAIN[0]} {PLAIN[1]}"
    register(gatehouse, notes={"command": "sh", "args": ["-c", script]})
    assert gatehouse.run("servers", "scan").returncode == 1


def lock_everything(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    gatehouse.person.succeed("lockdown", "on")


@pytest.mark.parametrize(
    "spoil, section, words",
    [
        (put_a_folder_in_the_sockets_place, "gate", "no gate can listen there"),
        (point_nowhere, "files", "is a link to /nowhere/servers.json, which is not there"),
        (put_a_file_in_the_records_place, "record", "is no folder, so nothing can be recorded"),
        (spoil_the_catalogue, "record", "not a database"),
        (let_others_write_the_policy, "files", "others can write"),
        (let_others_write_into_the_home, "files", "others can write into"),
        (let_a_grant_expire, "files", "its grant has expired"),
        (let_others_write_the_grants, "files", "and let in whom they want"),
        (lose_the_gates_program, "clients", "`/gone/gatehouse` is gone"),
        (disable_a_server, "servers", "it is disabled"),
        (leave_a_server_unguarded, "clients", "nobody guards it"),
        (fail_once, "servers", "it failed when it was last started"),
        (lock_everything, "gate", "everything is denied"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_the_command_that_is_named_mends_it(
    gatehouse: Gatehouse, tmp_path: Path, spoil: Any, section: str, words: str
) -> None:
    gatehouse.environment["HOME"] = str(tmp_path / "home")
    (tmp_path / "home").mkdir()
    gatehouse.set_policy(ALLOW_ALL)
    spoil(gatehouse)
    found = [f for f in look(gatehouse) if f["section"] == section and words in f["text"]]
    assert len(found) == 1, look(gatehouse)
    remedy = found[0]["remedy"].replace(", then ", " && ")
    mended = gatehouse.person.shell(remedy)
    assert mended.returncode == 0, (remedy, mended.stdout, mended.stderr)
    assert not [f for f in look(gatehouse) if f["section"] == section and words in f["text"]]


# The disk and the record


@pytest.fixture
def disk(gatehouse: Gatehouse) -> Iterator[SmallDisk]:
    gatehouse.set_policy(ALLOW_ALL)
    yield from small_disks(gatehouse, "96m")


def test_a_full_disk_is_told_until_there_is_room(disk: SmallDisk, gatehouse: Gatehouse) -> None:
    def found() -> dict[str, Found]:
        done = subprocess.run(disk.command("doctor", "--json"), env=gatehouse.environment, capture_output=True, cwd="/")
        return {f["text"]: f for f in json.loads(done.stdout) if f["verdict"] == "wrong"}

    assert not found()
    wire = Wire(disk.start("run", "--private", "--name", "notes", "--", *PLAIN))
    wire.initialize()
    assert not wire.call("get_note")["result"].get("isError")
    disk.fill()
    # The record's file may have room left that it has taken already.
    eventually(lambda: wire.call("get_note")["result"].get("isError"), 60, "a call that is denied")
    (text, told), = found().items()
    assert text == f"0 MB are free at {gatehouse.home}; a full disk denies every call"
    assert told["remedy"].startswith(f"make room on the disk that `df {gatehouse.home}` names")
    named = subprocess.run(
        ["nsenter", f"--target={disk.inside.pid}", "--mount", "df", str(gatehouse.home)], capture_output=True, text=True)
    assert "100%" in named.stdout
    disk.make_room()
    eventually(lambda: not wire.call("get_note")["result"].get("isError"), 60, "a call that passes")
    assert not found()
    wire.finish()


def older_record(folder: Path) -> Path:
    """A file as gates wrote it whose record was of version 1: each line has a hash of its own."""
    hash = bytes(32)
    begun = {"event": "record", "state": "begun", "version": 1, "lane": 0, "segment": 1, "build": "b", "pid": 1, "last_seq": 0}
    lines = [{"time": "2026-11-21T00:00:00.000000Z", **begun, "previous": hash.hex()}]
    lines += [{"seq": n, "time": f"2026-11-21T00:00:0{n}.000000Z", "event": "x"} for n in (1, 2, 3)]
    folder.mkdir(mode=0o700)
    path = folder / "0-000001.jsonl"
    with path.open("w") as file:
        for line in lines:
            text = json.dumps(line, separators=(",", ":"))
            hash = hashlib.blake2b(hash + text.encode(), digest_size=32).digest()
            file.write(f'{text[:-1]},"hash":"{hash.hex()}"}}\n')
    path.chmod(0o600)
    return path


def test_a_record_of_version_1_is_looked_through(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(ALLOW_ALL)
    register(gatehouse)
    path = older_record(gatehouse.home / "record")

    def of_record() -> Found:
        found, = [f for f in look(gatehouse) if f["subject"] == "record"]
        return found

    assert of_record()["verdict"] == "good" and "4 lines" in of_record()["text"]
    # A gate of today goes on with it.
    wire = plain(gatehouse, "--noise")
    wire.initialize()
    wire.call("get_note")
    assert wire.finish() == 0
    gatehouse.person.succeed("stop")
    assert of_record()["verdict"] == "good"
    assert "4 lines" not in of_record()["text"]
    gatehouse.succeed("log", "verify")
    # What the remedy names is what was changed.
    path.write_text(path.read_text().replace('"seq":2,', '"seq":7,'))
    told = of_record()
    assert told["verdict"] == "wrong" and told["text"].startswith("0-000001.jsonl:3:")
    assert told["remedy"] == "gatehouse log verify"
    done = gatehouse.person.shell(told["remedy"])
    assert done.returncode == 1 and "0-000001.jsonl" in done.stdout + done.stderr and "3" in done.stdout + done.stderr
    path.write_text(path.read_text().replace('"seq":7,', '"seq":2,'))
    assert of_record()["verdict"] == "good"
