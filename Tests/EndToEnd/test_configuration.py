"""The gate's own configuration: read at its start and on reload, and refused where it is wrong."""

import json
import sys

from rig.gatehouse import Gatehouse
from rig.stream import Stream

BROKEN = '{\n  "record": {"on_failure": "denny"}\n}\n'
PROBLEM = "2:28: error: `denny` is no value of `on_failure`: did you mean `deny`? (at /record/on_failure)"


def test_a_gate_does_not_start_with_a_wrong_configuration(gatehouse: Gatehouse) -> None:
    file = gatehouse.home / "config.json"
    file.write_text(BROKEN)
    done = gatehouse.run("serve", "--idle-exit", "1")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{file}:{PROBLEM}" in done.stderr
    # Nobody waits for a gate that cannot come, and nothing runs unguarded.
    for words in (["run"], ["run", "--private"]):
        done = gatehouse.run(*words, "--", sys.executable, "-c", "print('ran')", timeout=8)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"{file}:{PROBLEM}" in done.stderr


def test_a_running_gate_keeps_what_it_has(gatehouse: Gatehouse) -> None:
    file = gatehouse.home / "config.json"
    file.write_text(json.dumps({"record": {"on_failure": "continue"}}))
    gatehouse.serve()
    with Stream(gatehouse.socket, subscribe=False) as asking:
        assert asking.ask({"op": "status"})["config"] == {"path": str(file)}
        file.write_text(BROKEN)
        asking.ask({"op": "reload"})
        assert asking.ask({"op": "status"})["config"] == {"path": str(file), "problem": f"{file}:{PROBLEM}"}
        words = gatehouse.succeed("status")
        assert f"config    {file}\n          is REJECTED" in words and PROBLEM in words
        file.write_text("{}")
        asking.ask({"op": "reload"})
        assert asking.ask({"op": "status"})["config"] == {"path": str(file)}
