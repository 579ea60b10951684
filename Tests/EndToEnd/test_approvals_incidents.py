"""What happens while a call waits for a person: others decide too, programs die, the policy changes, all is locked."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conftest import ENVIRONMENTS
from rig.agent import JSON, Call
from rig.approvals import Approver, Scene, asking, policy
from rig.gatehouse import Gatehouse
from rig.stream import Event

ERAS = pytest.mark.parametrize("sdk", ["older", "today"])
MakeScene = Callable[..., Scene]


@pytest.fixture(scope="module")
def scene(make_gatehouse: Callable[[], Gatehouse], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    names = ["older", "today", "older-2", "today-2"]
    scene = Scene(make_gatehouse(), ENVIRONMENTS, tmp_path_factory.mktemp("agents"), names)
    yield scene
    scene.close()


@pytest.fixture
def make_scene(gatehouse: Gatehouse, tmp_path: Path) -> Iterator[MakeScene]:
    """A scene of this test's own, for what nobody else survives."""
    made: list[Scene] = []

    def make(*names: str) -> Scene:
        made.append(Scene(gatehouse, ENVIRONMENTS, tmp_path / "agents", list(names)))
        return made[-1]

    (tmp_path / "agents").mkdir()
    yield make
    for scene in made:
        scene.close()


@contextmanager
def changed(scene: Scene, **tools: JSON) -> Iterator[None]:
    """Another policy is in force for a while."""
    scene.gatehouse.change_policy(policy(**tools), scene.approver.stream, within=30)
    try:
        yield
    finally:
        scene.gatehouse.change_policy(policy(), scene.approver.stream, within=30)


def put_off(scene: Scene, sdk: str) -> tuple[Call, Event]:
    """A call that was answered undecided."""
    call, asked = scene.ask(scene[sdk], "pay_at_once_or_later")
    assert "waiting for approval" in call.text()
    return call, asked


# MARK: Others decide too


@pytest.fixture
def second(scene: Scene) -> Iterator[Approver]:
    """Another person's console."""
    approver = Approver(scene.gatehouse)
    yield approver
    approver.stream.close()


@ERAS
@pytest.mark.parametrize("first", [0, 1], ids=["approval-first", "denial-first"])
def test_p66_of_two_consoles_the_first_decides_and_the_second_is_told(
    scene: Scene, second: Approver, sdk: str, first: int
) -> None:
    agent = scene[sdk]
    for _ in range(3):
        call, asked = scene.ask(agent, "pay")
        ways = [
            lambda: scene.approver.send("approve", asked),
            lambda: second.send("deny", asked, message="no"),
        ]
        # Both are under way before either has an answer.
        numbers = {way: ways[way]() for way in (first, 1 - first)}
        said = [scene.approver.answer(numbers[0]), second.answer(numbers[1])]
        assert said.count(None) == 1, said
        ran = scene.runs(agent, call)
        if said[0] is None:
            by = scene.approver.becomes(asked, "approved")["by"]
            assert (call.text(), len(ran)) == ("ran pay", 1)
            assert said[1] == f"already approved by {by}"
        else:
            by = scene.approver.becomes(asked, "denied")["by"]
            assert (call.text(), len(ran)) == ("[gatehouse] denied: no. Rule /tools/pay.", 0)
            assert said[0] == f"already denied by {by}"


@ERAS
def test_p66_a_console_and_a_command_decide_at_the_same_time(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    for _ in range(2):
        call, asked = scene.ask(agent, "pay")
        done: list[Any] = []
        command = threading.Thread(
            target=lambda: done.append(scene.gatehouse.person.run("deny", asked["id"], "-m", "by command", timeout=60))
        )
        command.start()
        said = scene.approver.tell("approve", asked)
        command.join(90)
        approved, denied = said is None, done[0].returncode == 0
        assert approved != denied, (said, done[0].stderr)
        assert len(scene.runs(agent, call)) == approved
        assert call.text() == ("ran pay" if approved else "[gatehouse] denied: by command. Rule /tools/pay.")


@ERAS
def test_p66_a_decision_that_was_not_said_to_its_end_is_none(scene: Scene, sdk: str) -> None:
    call, asked = scene.ask(scene[sdk], "pay")
    dying = Approver(scene.gatehouse)
    dying.stream.send_part({"op": "approve", "approval": asked["id"], "digest": asked["digest"], "scope": "once"})
    dying.stream.close()
    # Whoever asks afterwards sees that it waits, and can decide.
    waiting = scene.approver.stream.ask({"op": "approvals"})["pending"]
    assert [one["id"] for one in waiting if one["held"]] == [asked["id"]]
    assert scene.runs(scene[sdk], call) == []
    scene.approver.approve(asked)
    assert call.text() == "ran pay"
    scene.ran_once(scene[sdk], call, asked)


@ERAS
def test_p66_a_decision_counts_whose_console_dies_before_the_answer(scene: Scene, sdk: str) -> None:
    for op, text in (("approve", "ran pay"), ("deny", "[gatehouse] denied: no. Rule /tools/pay.")):
        call, asked = scene.ask(scene[sdk], "pay")
        dying = Approver(scene.gatehouse)
        dying.send(op, asked, message="no")
        dying.stream.close()
        assert call.text() == text
        assert len(scene.runs(scene[sdk], call)) == (op == "approve")
        assert scene.approver.tell("deny", asked, message="late") is not None


@ERAS
def test_p25_a_call_that_is_cancelled_while_a_person_approves_it(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    for _ in range(5):
        call, asked = scene.ask(agent, "pay")
        number = scene.approver.send("approve", asked)
        call.cancel()
        said = scene.approver.answer(number)
        call.finish()
        # Either both believe that it ran, or both that it did not.
        assert len(scene.runs(agent, call)) == (said is None), said


# MARK: Programs die


@pytest.mark.parametrize("end", ["killed", "stopped"])
def test_p64_nothing_that_was_asked_or_approved_outlives_the_gate(make_scene: MakeScene, end: str) -> None:
    scene = make_scene("older", "today")
    held = [scene.ask(scene[sdk], "pay") for sdk in ("older", "today")]
    armed, asked_before = put_off(scene, "older")
    scene.approver.approve(asked_before)
    remembered, asked_first = scene.ask(scene["today"], "pay")
    scene.approver.approve(asked_first, scope={"identical": 600})
    assert remembered.text() == "ran pay"
    servers = [scene[sdk].ledger.server for sdk in ("older", "today")]
    if end == "killed":
        scene.gate.send_signal(signal.SIGKILL)
    else:
        scene.gatehouse.person.succeed("stop")
    scene.gate.wait(30)
    for call, _ in held:
        call.ends()
    for server in servers:
        scene.gone(server)
    assert [run["arguments"] for sdk in ("older", "today") for run in scene[sdk].ledger.runs()] == [
        remembered.arguments
    ]
    # Another gate knows nothing of it.
    scene.close()
    scene.begin("older", "today")
    for _, asked in held:
        assert "nothing called" in scene.approver.tell("approve", asked)
    assert scene.approver.stream.ask({"op": "approvals"})["pending"] == []
    assert scene.approver.stream.ask({"op": "approvals"})["standing"] == []
    for call in (held[0][0], armed, remembered):
        again, asked = scene.ask(scene["today"], call.tool, call.arguments)
        scene.approver.deny(asked)
        again.finish()
    assert scene["today"].ledger.runs() == []
    assert scene.gatehouse.run("log", "verify").returncode == 0


@ERAS
def test_p65_p75_a_server_that_dies_takes_along_what_waits_for_it(make_scene: MakeScene, sdk: str) -> None:
    scene = make_scene(sdk)
    call, asked = scene.ask(scene[sdk], "pay")
    os.kill(scene[sdk].ledger.server, signal.SIGKILL)
    scene.approver.becomes(asked, "withdrawn")
    assert "it is gone" in scene.approver.tell("approve", asked)
    call.ends()
    assert scene[sdk].ledger.runs() == []


def test_p62_p65_with_the_times_of_the_standard(make_scene: MakeScene) -> None:
    scene = make_scene("older")
    agent = scene["older"]
    call, asked = scene.ask(agent, "pay_by_default", timeout=1)
    # Shorter than the 60 s of most clients; and ten minutes to decide.
    assert 0 < asked["hold_remaining_ms"] <= 45_000 < asked["remaining_ms"] <= 600_000
    assert "error" in call.finish()
    # This SDK tells nobody that it has lost patience; its user's program ends, as they do.
    server = agent.ledger.server
    agent.leave()
    scene.approver.becomes(asked, "withdrawn")
    assert "it is gone" in scene.approver.tell("approve", asked)
    scene.gone(server)
    assert agent.ledger.runs() == []


# MARK: How far an approval reaches


@ERAS
def test_p64_a_tool_is_approved_for_a_session(make_scene: MakeScene, sdk: str) -> None:
    scene = make_scene(sdk, f"{sdk}-2")
    agent, other = scene[sdk], scene[f"{sdk}-2"]
    call, asked = scene.ask(agent, "pay")
    along, asked_along = scene.ask(agent, "pay")
    assert "approved" in scene.gatehouse.person.succeed("approve", asked["id"], "--session", timeout=60)
    # Another call of it that waits is covered, too.
    assert (call.text(), along.text()) == ("ran pay", "ran pay")
    scene.ran_once(agent, call, asked)
    scene.ran_once(agent, along, asked_along)
    for _ in range(2):
        again = agent.call("pay", scene.note())
        assert again.text() == "ran pay"
        assert scene.approver.becomes(asked, "used")["scope"] == "session"
        scene.ran_once(agent, again, asked, "used")
    for who, tool in ((agent, "pay_within_two_seconds_or_later"), (other, "pay")):
        refused, question = scene.ask(who, tool)
        scene.approver.deny(question)
        refused.finish()
        assert scene.runs(who, refused) == []
    agent.leave()
    assert scene.approver.becomes(asked, "revoked")["detail"] == "the session is over"


@ERAS
def test_p64_identical_calls_are_approved_for_a_time(scene: Scene, sdk: str) -> None:
    agent, other = scene[sdk], scene[f"{sdk}-2"]
    call, asked = scene.ask(agent, "pay")
    assert "approved" in scene.gatehouse.person.succeed("approve", asked["id"], "--for", "10m", timeout=60)
    assert call.text() == "ran pay"
    for who in (agent, other, agent):
        assert who.call("pay", call.arguments).text() == "ran pay"
    assert (len(scene.runs(agent, call)), len(scene.runs(other, call))) == (3, 1)
    different, question = scene.ask(agent, "pay", {**call.arguments, "more": 1})
    scene.approver.deny(question)
    different.finish()
    assert scene.runs(agent, different) == []
    scene.gatehouse.person.succeed("revoke", asked["id"], timeout=60)
    scene.asks_again(agent, call)
    assert len(scene.runs(agent, call)) == 3


# MARK: Limits


@ERAS
def test_p69_what_does_not_run_takes_nothing_of_a_limit(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    denied, asked = scene.ask(agent, "pay_from_a_budget")
    # It has its place meanwhile.
    assert "Retry after" in agent.call("pay_from_a_budget", scene.note()).text()
    scene.approver.deny(asked)
    denied.finish()
    cancelled, asked = scene.ask(agent, "pay_from_a_budget")
    cancelled.cancel()
    scene.approver.becomes(asked, "withdrawn")
    expired, asked = scene.ask(agent, "pay_soon_from_a_budget")
    assert "nobody decided" in expired.text()
    call, asked = scene.ask(agent, "pay_from_a_budget")
    scene.approver.approve(asked)
    assert call.text() == "ran pay_from_a_budget"
    scene.ran_once(agent, call, asked)
    limited = agent.call("pay_from_a_budget", scene.note())
    assert "Rule /tools/pay_from_a_budget/limits/0. Retry after" in limited.text()
    assert [scene.runs(agent, one) for one in (denied, cancelled, expired, limited)] == [[]] * 4


# MARK: Another policy


@ERAS
def test_a_policy_that_allows_it_now_lets_it_run(scene: Scene, sdk: str) -> None:
    call, asked = scene.ask(scene[sdk], "pay")
    with changed(scene, pay={}):
        assert call.text() == "ran pay"
        assert scene.approver.becomes(asked, "withdrawn")["detail"] == "the policy does not ask any more"
        assert scene.approver.tell("approve", asked) is not None
        assert len(scene.runs(scene[sdk], call)) == 1


@ERAS
def test_a_policy_that_denies_it_now_refuses_it(scene: Scene, sdk: str) -> None:
    call, asked = scene.ask(scene[sdk], "pay")
    with changed(scene, pay={"action": "deny", "reason": "no money at all"}):
        assert call.text() == "[gatehouse] denied: no money at all. Rule /tools/pay."
        assert scene.approver.becomes(asked, "denied")["detail"] == "the policy denies it now"
        scene.never_runs(scene[sdk], call, asked)


@ERAS
def test_a_policy_that_asks_for_another_reason_asks_on(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    call, asked = scene.ask(agent, "pay")
    armed, asked_before = put_off(scene, sdk)
    scene.approver.approve(asked_before)
    with changed(scene, pay=asking(reason="it moves much money")):
        now = scene.approver.becomes(asked, "pending", reason="it moves much money")
        assert now["held"] and now["remaining_ms"] <= asked["remaining_ms"]
        # What was shown was another question.
        assert "look at it again" in scene.approver.tell("approve", asked)
        assert scene.runs(agent, call) == []
        scene.approver.approve(now)
        assert call.text() == "ran pay"
        scene.ran_once(agent, call, asked)
        # What was approved for a call yet to come was so under the other policy.
        assert scene.approver.becomes(asked_before, "revoked")["detail"] == "the policy was changed"
        scene.asks_again(agent, armed)


# MARK: Lockdown


@ERAS
def test_a_lockdown_refuses_what_waits_and_what_comes(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    armed, asked_before = put_off(scene, sdk)
    scene.approver.approve(asked_before)
    call, asked = scene.ask(agent, "pay")
    scene.gatehouse.person.succeed("lockdown", "on", timeout=60)
    try:
        assert scene.approver.becomes(asked, "denied")["detail"] == "the gate was locked down"
        assert "Rule (lockdown)." in call.text()
        assert scene.approver.tell("approve", asked) is not None
        for tool, arguments in (("look", {}), ("pay", call.arguments), (armed.tool, armed.arguments)):
            assert "Rule (lockdown)." in agent.call(tool, arguments).text()
    finally:
        scene.gatehouse.person.succeed("lockdown", "off", timeout=60)
    assert scene.runs(agent, call) == []
    scene.asks_again(agent, call)
    # What a person had approved before is still owed.
    again = agent.call(armed.tool, armed.arguments)
    assert again.text() == f"ran {armed.tool}"
    scene.ran_once(agent, again, asked_before, "used")
