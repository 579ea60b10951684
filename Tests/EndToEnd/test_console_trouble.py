"""The console when things go wrong: a disk that is full or slow, a file that others change, an end that nobody wanted."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig import processes
from rig.emulator import Emulator
from rig.gatehouse import Gatehouse
from rig.slow_disk import SlowDisk
from rig.small_disk import SmallDisk, small_disks
from rig.waiting import eventually
from rig.wire import PLAIN, Wire

POLICY = '{\n  "version": "1",\n  "default": "allow"\n}\n'
DENIED = {"notes": {"tools": {"delete_note": {"action": "deny"}}}}
ENTER, ESCAPE, SAVE = "\r", "\x1b", "\x13"


@pytest.fixture
def with_notes(gatehouse: Gatehouse) -> Gatehouse:
    gatehouse.set_policy(POLICY)
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "scan")
    return gatehouse


@pytest.fixture
def open_console(with_notes: Gatehouse) -> Iterator[Callable[..., Emulator]]:
    """Opens consoles whose pictures are looked at only when they are whole."""
    opened: list[Emulator] = []

    def open(command: list[str] | None = None, size: tuple[int, int] = (120, 40), **environment: str) -> Emulator:
        command = command or [with_notes.binary]
        opened.append(Emulator(command, {**with_notes.environment, **environment}, "xterm-256color", size))
        return opened[-1]

    yield open
    for console in opened:
        console.close()


def select(console: Emulator, tool: str) -> None:
    """Puts the cursor on a tool."""
    console.shows("1 Policy", tool)
    console.type(f"/tool:{tool}{ENTER}")
    console.until(lambda it: "run_script" not in "\n".join(it.lines[2:14]), "the filtered list")
    console.type("G")


def deny(console: Emulator, tool: str = "delete_note") -> None:
    select(console, tool)
    console.type("d")
    console.shows("●1 unsaved")


def written(gatehouse: Gatehouse) -> dict:
    return json.loads(gatehouse.policy_file.read_text())


def is_kept(gatehouse: Gatehouse) -> bool:
    """Unsaved edits are on the disk, whole."""
    kept = list((gatehouse.home / "unsaved").glob("*.json")) if (gatehouse.home / "unsaved").exists() else []
    return any('"delete_note' in path.read_text() for path in kept)


# Disks


@pytest.fixture
def small_disk(gatehouse: Gatehouse) -> Iterator[SmallDisk]:
    gatehouse.set_policy(POLICY)
    yield from small_disks(gatehouse, "4m")


def test_a_full_disk_keeps_file_and_edits_until_there_is_room(small_disk: SmallDisk, gatehouse: Gatehouse) -> None:
    file = small_disk.home / "policy.json"
    for words in (["servers", "add", "notes", "--", *PLAIN], ["servers", "scan"]):
        started = small_disk.start(*words)
        assert started.wait(30) == 0, started.stderr.read()
    console = Emulator(small_disk.command(), gatehouse.environment, "xterm-256color", (120, 40))
    try:
        deny(console)
        small_disk.fill()
        before = file.read_bytes()
        console.type(SAVE)
        console.shows("not saved:", "No space left on device", "●1 unsaved")
        assert file.read_bytes() == before
        assert [path.name for path in small_disk.home.glob("policy.json*")] == ["policy.json"]
        # The edit is still there, is one of several by now, and can be saved when there is room.
        console.type("Dy")
        console.shows("●2 unsaved")
        small_disk.make_room()
        console.type(SAVE)
        console.shows("the gate runs rev")
        assert json.loads(file.read_text())["servers"]["notes"]["tools"]["delete_note"] == {"action": "deny"}
        console.type("q")
        assert console.terminal.end() == 0
    finally:
        console.close()


def test_a_slow_disk_holds_up_no_key(with_notes: Gatehouse, open_console, tmp_path: Path) -> None:
    with_notes.serve()
    disk = SlowDisk(tmp_path)
    console = open_console(**disk.environment)
    deny(console)
    console.type(SAVE)
    console.shows("saving…")
    # The screen follows every key, and the stream; only edits wait.
    console.type("5")
    console.shows("5 Servers", "saving…")
    console.type("?")
    console.shows("find:", "saving…")
    console.type(ESCAPE)
    console.until(lambda it: not any("find:" in line for line in it.lines), "the help's end")
    console.type("1a")
    console.shows("allow: the file is being written", "saving…")
    wire = Wire(with_notes.start("connect", "notes"))
    wire.initialize()
    wire.call("get_note")
    console.shows("notes/get_note", "saving…")
    # Who leaves now is asked, and may stay.
    console.type("q")
    console.shows("the file is being written: leave without knowing how that ends?")
    console.type("n")
    assert with_notes.policy_file.read_text() == POLICY
    disk.let_go()
    console.shows("the gate runs rev")
    assert written(with_notes)["servers"] == DENIED


def test_what_another_program_writes_during_a_slow_save_is_kept(
    with_notes: Gatehouse, open_console, tmp_path: Path
) -> None:
    disk = SlowDisk(tmp_path)
    console = open_console(**disk.environment)
    deny(console)
    console.type(SAVE)
    console.shows("saving…")
    with_notes.set_policy(POLICY.replace('"default"', '"description": "theirs",\n  "default"'))
    disk.let_go()
    console.shows("not saved: policy.json changed on disk meanwhile", "●1 unsaved")
    assert "theirs" in with_notes.policy_file.read_text()
    console.type(SAVE)
    console.shows("the gate runs rev")
    assert written(with_notes) == {"version": "1", "description": "theirs", "default": "allow", "servers": DENIED}


def test_who_saves_and_leaves_on_a_slow_disk_leaves_when_it_is_written(
    with_notes: Gatehouse, open_console, tmp_path: Path
) -> None:
    disk = SlowDisk(tmp_path)
    console = open_console(**disk.environment)
    deny(console)
    console.type(f":wq{ENTER}")
    console.shows("saving…")
    disk.let_go()
    assert console.terminal.end() == 0
    assert written(with_notes)["servers"] == DENIED


# Others


def test_two_changes_of_one_rule_are_merged_by_choice_and_saved(with_notes: Gatehouse, open_console) -> None:
    console = open_console()
    deny(console)
    theirs = {"notes": {"tools": {"delete_note": {"action": "require_approval"}, "get_note": {"reason": "theirs"}}}}
    with_notes.set_policy({"version": "1", "default": "allow", "servers": theirs})
    console.shows("! policy.json changed on disk: theirs ", "yours 1, conflicts 1 · = shows it")
    console.type(SAVE)
    console.shows("not saved: the file on the disk is another one")
    assert written(with_notes)["servers"] == theirs
    console.type("=")
    console.shows("6 Changes", "m chooses for each")
    console.type("m")
    console.shows("Enter", "1 conflict")
    console.type("m" + ENTER)
    console.shows("merged · ctrl-s saves", "●1 unsaved")
    assert not console.lines[1].startswith(" ! policy.json")
    assert written(with_notes)["servers"] == theirs, "a merge is not yet a save"
    console.type(SAVE)
    console.shows("the gate runs rev")
    merged = {"notes": {"tools": {"delete_note": {"action": "deny"}, "get_note": {"reason": "theirs"}}}}
    assert written(with_notes)["servers"] == merged


def test_a_link_of_a_keeper_of_dotfiles_is_written_through(with_notes: Gatehouse, open_console, tmp_path: Path) -> None:
    dotfiles = tmp_path / "dotfiles"
    dotfiles.mkdir(0o700)
    with_notes.policy_file.rename(dotfiles / "policy.json")
    with_notes.policy_file.symlink_to(os.path.relpath(dotfiles / "policy.json", with_notes.home))
    (dotfiles / "policy.json").chmod(0o644)
    console = open_console()
    deny(console)
    dotfiles.chmod(0o770)
    console.type(SAVE)
    console.shows("not saved: chmod go-w ")
    assert (dotfiles / "policy.json").read_text() == POLICY
    dotfiles.chmod(0o700)
    console.type(SAVE)
    console.shows("the gate runs rev")
    assert with_notes.policy_file.is_symlink()
    assert json.loads((dotfiles / "policy.json").read_text())["servers"] == DENIED
    assert (dotfiles / "policy.json").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in dotfiles.iterdir()] == ["policy.json"]


# Ends


def end_by_kill(console: Emulator, _: Gatehouse) -> None:
    processes.kill([console.terminal.process.pid], signal.SIGKILL)
    console.terminal.end()


def end_by_hanging_up(console: Emulator, _: Gatehouse) -> None:
    console.terminal.hang_up()
    assert console.terminal.process.wait(20) == 0


@pytest.mark.parametrize("end", [end_by_kill, end_by_hanging_up])
def test_unsaved_edits_survive_the_console_and_are_taken_at_the_next_start(
    with_notes: Gatehouse, open_console, end: Callable[[Emulator, Gatehouse], None]
) -> None:
    console = open_console()
    deny(console)
    if end is end_by_kill:
        eventually(lambda: is_kept(with_notes), what="the edits on the disk")
    end(console, with_notes)
    assert with_notes.policy_file.read_text() == POLICY
    assert is_kept(with_notes)

    again = open_console()
    again.shows("1 unsaved edit", "r restore")
    assert any("saved" in line and "unsaved" not in line for line in again.lines[:1]), "nothing is taken by itself"
    # Another console meanwhile is not offered what this one holds.
    again.type("r")
    again.shows("●1 unsaved", "are back")
    again.type(SAVE)
    again.shows("the gate runs rev")
    assert written(with_notes)["servers"] == DENIED
    again.type("q")
    assert again.terminal.end() == 0
    assert not is_kept(with_notes)
    third = open_console()
    third.shows("1 Policy", "delete_note")
    assert not any("restore" in line for line in third.lines)


def test_edits_that_were_left_are_offered_on_what_the_file_has_become(with_notes: Gatehouse, open_console) -> None:
    console = open_console()
    deny(console)
    eventually(lambda: is_kept(with_notes), what="the edits on the disk")
    end_by_kill(console, with_notes)
    with_notes.set_policy(POLICY.replace('"default"', '"description": "theirs",\n  "default"'))
    again = open_console()
    again.shows("1 unsaved edit", "r restore")
    again.type("r")
    again.shows("●1 unsaved")
    again.type(SAVE)
    again.shows("the gate runs rev")
    assert written(with_notes) == {"version": "1", "description": "theirs", "default": "allow", "servers": DENIED}


def test_changed_keys_hold_at_once(with_notes: Gatehouse, open_console) -> None:
    console = open_console()
    select(console, "delete_note")
    console.type("Q")
    console.shows("Q does nothing here")
    keys = with_notes.home / "keys.conf"
    keys.write_text("Q deny\n")
    console.shows("keys.conf is read again")
    console.type("Q")
    console.shows("●1 unsaved", "✗ deny")
    keys.write_text("Q denny\n")
    console.shows("keys.conf:1:3: `denny` is no action")
