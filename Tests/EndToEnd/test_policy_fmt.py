"""`gatehouse policy fmt` on real files."""

import os
import stat
from pathlib import Path

import pytest

from rig.gatehouse import Gatehouse

WILD = '{"version":"1",\r\n "tools":{"push":{"limits":[{"window":6e1,"max":10}],"reason":"\\u0041"},"pull":{}}}'
NEAT = """{
  "version": "1",
  "tools": {
    "push": {"limits": [{"window": 6e1, "max": 10}], "reason": "\\u0041"},
    "pull": {}
  }
}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "p.json"
    path.write_bytes(WILD.encode())
    return path


def test_a_file_is_rewritten_in_place(gatehouse: Gatehouse, file: Path) -> None:
    file.chmod(0o640)
    link = file.with_name("link.json")
    link.symlink_to(file.name)
    assert gatehouse.succeed("policy", "fmt", str(link)) == ""
    assert file.read_text() == NEAT
    assert link.is_symlink() and stat.S_IMODE(file.stat().st_mode) == 0o640
    before = file.stat()
    gatehouse.succeed("policy", "fmt", str(file))
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_standard_input_goes_to_standard_output(gatehouse: Gatehouse) -> None:
    assert gatehouse.succeed("policy", "fmt", "-", input=WILD) == NEAT
    assert gatehouse.succeed("policy", "fmt", "-", input=NEAT) == NEAT
    assert gatehouse.run("policy", "fmt", "-", "-").returncode == 2


def test_check_names_what_differs_and_changes_nothing(gatehouse: Gatehouse, file: Path) -> None:
    good = file.with_name("good.json")
    good.write_text(NEAT)
    done = gatehouse.run("policy", "fmt", "--check", str(good), str(file))
    assert (done.returncode, done.stdout) == (1, f"{file}\n")
    assert file.read_bytes() == WILD.encode()
    assert gatehouse.succeed("policy", "fmt", "--check", str(good)) == ""


def test_diff_shows_it_and_changes_nothing(gatehouse: Gatehouse, file: Path) -> None:
    patch = gatehouse.succeed("policy", "fmt", "--diff", str(file))
    assert patch.splitlines()[:2] == [f"--- {file}", f"+++ {file} (formatted)"]
    assert '+    "pull": {}' in patch.splitlines()
    assert file.read_bytes() == WILD.encode()


def test_what_is_no_policy_is_not_touched(gatehouse: Gatehouse, file: Path) -> None:
    bad = file.with_name("bad.json")
    bad.write_text('{"version":"1","tool":{}}')
    done = gatehouse.run("policy", "fmt", str(bad), str(bad.with_name("absent.json")), str(file))
    assert done.returncode == 1
    assert f"{bad}:1:16: error: unknown key `tool`" in done.stderr and "absent.json" in done.stderr
    assert bad.read_text() == '{"version":"1","tool":{}}'
    # The others are formatted all the same.
    assert file.read_text() == NEAT


def test_without_a_name_it_is_the_policy_in_use(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(WILD)
    gatehouse.succeed("policy", "fmt")
    assert gatehouse.policy_file.read_text() == NEAT
    assert not [name for name in os.listdir(gatehouse.policy_file.parent) if "tmp" in name]
