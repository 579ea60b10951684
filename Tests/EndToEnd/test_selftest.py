"""`gatehouse selftest`: no attack of the corpus gets through the gate, and nearly every one does where nothing stands in the way."""

import json
from typing import Any

from rig.gatehouse import Gatehouse

#: Attacks that no reader falls for, whoever passes them on; the corpus says why.
HARMLESS = {"batch-negotiated-nested", "long-prefix", "method-array", "separator-in-string"}


def test_p6_to_p12_no_attack_gets_through_the_gate(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("selftest", "--verbose", "--patience", "60", timeout=170)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    count = sum(line.endswith(": stopped") for line in lines)
    assert count >= 120
    assert lines[-1] == f"0 of {count} attacks got through"
    assert all(line.split()[-1] == "-" for line in lines[1 : lines.index("")]), "the gate died or hung"


def test_p6_to_p12_every_attack_gets_through_a_pipe(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("selftest", "--json", "--patience", "60", "--", "sh", "-c", 'exec "$@"', "sh", timeout=170)
    assert done.returncode == 1, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["attacks"] >= 120 and report["dead"] == 0
    assert {row["name"] for row in report["results"] if not row["through"]} == HARMLESS
    assert report["through"] == report["attacks"] - len(HARMLESS)


def test_selftest_says_what_is_wrong_with_a_command(gatehouse: Gatehouse) -> None:
    assert gatehouse.run("selftest", "--").returncode == 2
    assert gatehouse.run("selftest", "proxy").returncode == 2
    done = gatehouse.run("selftest", "--patience", "1", "--", "true")
    assert done.returncode == 1
    assert "does not relay an honest session" in done.stderr
