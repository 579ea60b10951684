"""The record on disk: whole where nobody touched it, and named where somebody did."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rig import processes
from rig.gatehouse import Gatehouse
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, plain

CHECK = str(Path(__file__).resolve().parent / "peers/check_record.py")


def verify(gatehouse: Gatehouse, *words: str, code: int = 0) -> dict[str, Any]:
    done = gatehouse.run("log", "verify", "--json", *words)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def checked(gatehouse: Gatehouse) -> tuple[int, str]:
    """What a program says that knows only the definition."""
    done = subprocess.run([sys.executable, CHECK, gatehouse.home / "record"], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def some_calls(gatehouse: Gatehouse, count: int = 5) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    for number in range(count):
        wire.call("get_note", {"text": f"n{number}"})
    assert wire.finish() == 0


def segments(gatehouse: Gatehouse) -> list[Path]:
    return sorted((gatehouse.home / "record").iterdir())


def stop(gatehouse: Gatehouse) -> None:
    gatehouse.person.succeed("stop")
    eventually(lambda: not gatehouse.gates(), what="the gate's end")


def test_a_record_is_whole_while_it_is_written_and_after_each_restart(gatehouse: Gatehouse) -> None:
    last = 0
    for life in range(1, 4):
        some_calls(gatehouse)
        report = verify(gatehouse)
        assert report["whole"] and report["gate"]["found"] and report["gate"]["lost"] == 0
        lane, = report["lanes"]
        assert lane["segments"] == life
        gate, = gatehouse.gates()
        os.kill(gate, signal.SIGKILL)
        eventually(lambda: not processes.is_alive(gate), what="the gate's end")
        lines = [json.loads(line) for line in segments(gatehouse)[-1].read_bytes().split(b"\n")[:-1]]
        assert (lines[0]["event"], lines[0]["state"], lines[0]["last_seq"]) == ("record", "begun", last)
        numbers = [line["seq"] for line in lines[1:]]
        assert numbers == list(range(last + 1, last + 1 + len(numbers)))
        last = numbers[-1]
        assert sum(line["event"] == "decision" and line["tool"] == "get_note" for line in lines if "tool" in line) == 5
    report = verify(gatehouse)
    assert checked(gatehouse) == (0, f"0 {report['lanes'][0]['head']['hash']}\n")
    for path in segments(gatehouse):
        assert path.stat().st_mode & 0o777 == 0o600
    assert (gatehouse.home / "record").stat().st_mode & 0o777 == 0o700


def test_what_was_changed_is_named(gatehouse: Gatehouse) -> None:
    some_calls(gatehouse)
    stop(gatehouse)
    path, = segments(gatehouse)
    whole = path.read_bytes()
    head = verify(gatehouse)["lanes"][0]["head"]
    assert head["segment"] == path.name and verify(gatehouse, "--head", head["hash"])["heads"][0]["found"]

    path.write_bytes(whole.replace(b'"verdict":"allow"', b'"verdict":"limit"', 1))
    number = next(n for n, line in enumerate(whole.split(b"\n"), 1) if b'"verdict":"allow"' in line)
    done = gatehouse.run("log", "verify")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{gatehouse.home}/record/{path.name}:{number}: changed: the line does not follow")
    assert "lane 0    NOT WHOLE" in done.stdout
    assert checked(gatehouse) == (1, f"{path.name}:{number}\n")

    lines = whole.split(b"\n")
    path.write_bytes(b"\n".join(lines[:3] + lines[4:]))
    problem = verify(gatehouse, code=1)["lanes"][0]["problem"]
    assert (problem["kind"], problem["line"]) == ("removed", 4)

    # The end alone can be cut off, and only who kept the head can tell.
    path.write_bytes(b"\n".join(lines[:-2]) + b"\n")
    assert verify(gatehouse)["whole"]
    assert verify(gatehouse, "--head", head["hash"], code=1)["heads"] == [{"hash": head["hash"], "found": False}]

    path.unlink()
    assert gatehouse.run("log", "verify").returncode == 1


def test_a_running_gate_knows_what_was_cut_off(gatehouse: Gatehouse) -> None:
    some_calls(gatehouse)
    path, = segments(gatehouse)
    assert verify(gatehouse)["gate"]["found"]
    os.truncate(path, len(b"\n".join(path.read_bytes().split(b"\n")[:-2])) + 1)
    report = verify(gatehouse, code=1)
    assert report["lanes"][0]["whole"] and not report["whole"] and report["gate"]["found"] is False
    assert "its last line IS MISSING" in gatehouse.run("log", "verify").stdout


def test_a_call_after_its_file_was_taken_away_is_recorded(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    wire.call("get_note", {"text": "before"})
    path, = segments(gatehouse)
    path.unlink()
    # A gate looks every tenth of a second.
    time.sleep(0.3)
    wire.call("get_note", {"text": "after"})
    assert wire.finish() == 0
    path, = segments(gatehouse)
    lines = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
    assert sum(line["event"] == "decision" and line.get("tool") == "get_note" for line in lines) == 1
    assert verify(gatehouse, code=1)["lanes"][0]["problem"]["kind"] == "missing"


def test_p4_no_secret_is_in_the_record(gatehouse: Gatehouse) -> None:
    secrets = ["Geheimnis-im-Umfeld", "Geheimnis-als-Wort", "Geheimnis-im-Aufruf"]
    environment = {**gatehouse.environment, "API_TOKEN": secrets[0]}
    wire = Wire(gatehouse.start("run", "--name", "notes", "--", *PLAIN, "--log", secrets[1], env=environment))
    wire.initialize()
    wire.call("get_note", {"text": secrets[2]})
    wire.call("delete_note", {"text": secrets[2], secrets[2]: 1})
    assert wire.finish() == 0
    verify(gatehouse)
    text = b"".join(path.read_bytes() for path in segments(gatehouse))
    assert b'"args_digest":"' in text and b'"delete_note"' in text
    for secret in secrets:
        assert secret.encode() not in text
        assert secret not in gatehouse.succeed("log", "verify") + gatehouse.succeed("status")


def test_two_gates_with_one_state_folder_have_a_lane_each(gatehouse: Gatehouse) -> None:
    some_calls(gatehouse, 1)
    alone = Wire(gatehouse.start("run", "--private", "--name", "notes", "--", *PLAIN))
    alone.initialize()
    alone.call("get_note")
    some_calls(gatehouse, 1)
    assert alone.finish() == 0
    report = verify(gatehouse)
    assert [lane["lane"] for lane in report["lanes"]] == [0, 1] and report["whole"]


def test_a_record_that_cannot_be_opened_denies_until_it_can_or_the_user_says_otherwise(gatehouse: Gatehouse) -> None:
    elsewhere = gatehouse.home / "elsewhere"
    elsewhere.mkdir()
    folder = gatehouse.home / "record"
    folder.symlink_to(elsewhere)
    wire = plain(gatehouse)
    wire.initialize()
    words = f"cannot use the folder `{folder}`: Not a directory; it is a symbolic link; put a folder in its place"

    def decision() -> dict[str, Any] | None:
        return wire.call("get_note")["result"].get("_meta", {}).get("gatehouse/decision")

    assert (decision()["rule"], words in decision()["reason"]) == ("(record)", True)
    assert words in gatehouse.succeed("status") and "FAILING" in gatehouse.succeed("status")
    with gatehouse.person.stream(subscribe=False) as asking:
        assert asking.ask({"op": "status"})["record"]["failing"] == words
        (gatehouse.home / "config.json").write_text('{"record": {"on_failure": "continue"}}')
        asking.ask({"op": "reload"})
        assert decision() is None
        (gatehouse.home / "config.json").write_text('{"record": {"sync": "group"}}')
        asking.ask({"op": "reload"})
        assert decision()["rule"] == "(record)"
        folder.unlink()
        assert decision() is None
        record = asking.ask({"op": "status"})["record"]
        assert "failing" not in record and record["lost"] > 0
    assert wire.finish() == 0
    assert verify(gatehouse)["gate"]["found"]
    assert list(elsewhere.iterdir()) == []
    assert f"record    {folder}, up to event" in gatehouse.succeed("status")


def test_a_file_that_may_not_grow_denies_and_loses_nothing_of_what_it_has(gatehouse: Gatehouse) -> None:
    limit = 16_384
    wire = Wire(
        gatehouse.start(
            "run", "--private", "--name", "notes", "--", *PLAIN,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)),
        )
    )
    wire.initialize()
    answers = [wire.call("get_note", {"text": "x"}, number)["result"] for number in range(60)]
    denials = [answer["_meta"]["gatehouse/decision"] for answer in answers if answer.get("isError")]
    assert 10 < len(denials) < 60
    for denial in denials:
        assert denial["rule"] == "(record)" and "cannot write the record: File too large" in denial["reason"]
    path, = segments(gatehouse)
    assert limit - 2_000 < path.stat().st_size <= limit
    assert verify(gatehouse)["whole"] and checked(gatehouse)[0] == 0
    resource.prlimit(wire.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert not wire.call("get_note")["result"].get("isError")
    assert wire.finish() == 0
    lane, = verify(gatehouse)["lanes"]
    assert lane["lost"] >= len(denials)


@pytest.mark.parametrize("sync", ["group", "each"])
def test_a_record_that_is_synchronized_is_the_same(gatehouse: Gatehouse, sync: str) -> None:
    (gatehouse.home / "config.json").write_text(json.dumps({"record": {"sync": sync}}))
    some_calls(gatehouse)
    assert verify(gatehouse)["whole"]


def test_what_is_too_much_goes_also_where_the_gate_that_wrote_it_was_killed(gatehouse: Gatehouse) -> None:
    """All lanes together stay below the limit, and `verify` knows what a gate removed from what somebody else did."""
    limit = 1 << 20
    (gatehouse.home / "config.json").write_text(json.dumps({"record": {"arguments": "full"}}))

    def lane(number: int) -> list[Path]:
        return [path for path in segments(gatehouse) if path.name.startswith(f"{number}-")]

    def alone() -> Wire:
        """A gate in a lane of its own, which records 1.2 MB."""
        wire = Wire(gatehouse.start("run", "--private", "--name", "notes", "--", *PLAIN))
        wire.initialize()
        for _ in range(40):
            wire.call("get_note", {"text": "x" * 30_000})
        return wire

    some_calls(gatehouse, 1)
    killed, living = alone(), alone()
    killed.process.kill()
    killed.process.wait()
    (gatehouse.home / "config.json").write_text(json.dumps({"record": {"keep_megabytes": 1}}))
    stop(gatehouse)
    some_calls(gatehouse, 1)  # Another gate in lane 0.
    eventually(lambda: [path.name for path in lane(1)] == ["1-000002.jsonl"], what="the removal of what a killed gate left")
    line = json.loads(lane(1)[0].read_text())
    assert (line["event"], line["state"], line["first"]) == ("record", "tidied", 2)
    assert [path.name for path in lane(2)] == ["2-000001.jsonl"], "the living one writes to it"
    living.call("get_note", {"text": "still here"})
    assert living.finish() == 0
    report = verify(gatehouse)
    assert [(lane["lane"], lane.get("begins")) for lane in report["lanes"]] == [
        (0, "0-000002.jsonl"), (1, "1-000002.jsonl"), (2, None),
    ]
    assert report["whole"]
    stop(gatehouse)
    some_calls(gatehouse, 1)
    eventually(lambda: sum(path.stat().st_size for path in segments(gatehouse)) < limit, what="a record below its limit")
    assert verify(gatehouse)["whole"]
    assert "1-000002.jsonl: a gate removed what was before, as config.json says" in gatehouse.succeed("log", "verify")
