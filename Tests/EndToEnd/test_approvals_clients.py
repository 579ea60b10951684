"""What clients of every SDK see of a gate that asks a person, and what their servers run: nothing that was given up."""

from collections.abc import Callable, Iterator

import pytest

from conftest import ENVIRONMENTS
from rig.agent import MODERN, Call
from rig.approvals import REASON, Scene
from rig.gatehouse import Gatehouse
from rig.stream import Event

SDKS = ["older", "today-legacy", "today", "fastmcp"]
pytestmark = pytest.mark.parametrize("sdk", SDKS)


@pytest.fixture(scope="module")
def scene(make_gatehouse: Callable[[], Gatehouse], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    # The second of each is for the test in which it dies.
    names = [*SDKS, *(f"{sdk}-2" for sdk in SDKS)]
    scene = Scene(make_gatehouse(), ENVIRONMENTS, tmp_path_factory.mktemp("agents"), names)
    yield scene
    scene.close()


def waiting(asked: Event) -> str:
    """What an agent is told whose call nobody has decided about in time."""
    return (
        f"[gatehouse] waiting for approval {asked['id']}; call again with the same arguments. "
        f"The call has not run: {asked['reason']}, and nobody has decided yet. Rule {asked['rule']}."
    )


def put_off(scene: Scene, sdk: str, tool: str = "pay_at_once_or_later") -> tuple[Call, Event]:
    """A call that was answered undecided; clients that ask again by themselves have given that up."""
    call, asked = scene.ask(scene[sdk], tool)
    result = call.result()
    assert (result["isError"], call.text()) == (True, waiting(asked))
    assert scene.approver.becomes(asked, "pending", held=False)
    return call, asked


def test_p61_a_call_that_is_approved_in_time_is_answered_by_its_server(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    call, asked = scene.ask(agent, "pay")
    assert (asked["held"], asked["client"], asked["rule"], asked["reason"]) == (True, sdk, "/tools/pay", REASON)
    # Other traffic flows meanwhile.
    assert scene.runs(agent, call) == []
    scene.approver.approve(asked)
    assert (call.text(), call.result().get("isError")) == ("ran pay", None)
    scene.ran_once(agent, call, asked)
    scene.asks_again(agent, call)
    assert len(scene.runs(agent, call)) == 1


def test_p61_a_call_that_is_denied_tells_the_model_why(scene: Scene, sdk: str) -> None:
    call, asked = scene.ask(scene[sdk], "pay")
    scene.approver.deny(asked, "not on a Sunday; ask \u2028 Ada")
    result = call.result()
    assert call.text() == "[gatehouse] denied: not on a Sunday; ask \u2028 Ada. Rule /tools/pay."
    assert (result["isError"], "structuredContent" in result) == (True, False)
    assert result["_meta"]["gatehouse/decision"] == {
        "verdict": "deny", "rule": "/tools/pay", "reason": "not on a Sunday; ask \u2028 Ada", "approval": asked["id"],
    }
    scene.never_runs(scene[sdk], call, asked)
    scene.asks_again(scene[sdk], call)


def test_p64_p65_an_approval_that_comes_late_is_for_one_identical_call(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    # Eight rounds of a second each would be long.
    call, asked = put_off(scene, sdk, "pay_at_once_or_later" if sdk in MODERN else "pay_within_a_second_or_later")
    scene.approver.approve(asked)
    armed = scene.approver.becomes(asked, "approved")
    assert not armed["held"] and 0 < armed["remaining_ms"] <= 120_000
    # What was given up does not run, and nothing else passes on it.
    assert scene.runs(agent, call) == []
    other, asked_of_other = scene.ask(agent, call.tool, {**call.arguments, "more": 1})
    assert asked_of_other["id"] != asked["id"]
    scene.approver.deny(asked_of_other)
    other.finish()
    again = agent.call(call.tool, call.arguments)
    assert again.text() == f"ran {call.tool}"
    scene.ran_once(agent, again, asked, "used")
    assert scene.runs(agent, other) == []
    # A second one is another question.
    second, asked_again = scene.ask(agent, call.tool, call.arguments)
    assert asked_again["id"] != asked["id"]
    scene.approver.deny(asked_again)
    second.finish()
    assert len(scene.runs(agent, call)) == 1


def test_p61_a_denial_that_comes_late_is_told_once(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    call, asked = put_off(scene, sdk)
    scene.approver.deny(asked, "never")
    start = scene.approver.stream.mark()
    assert agent.call(call.tool, call.arguments).text() == f"[gatehouse] denied: never. Rule {asked['rule']}."
    scene.approver.stream.mark()
    told = [event for event in scene.approver.stream.events[start:] if event["event"] == "approval"]
    assert told == [], "it was asked about again"
    scene.never_runs(agent, call, asked)
    scene.asks_again(agent, call)


def test_p61_who_sent_a_token_hears_that_it_waits(scene: Scene, sdk: str) -> None:
    for progress in (True, False):
        call, asked = scene.ask(scene[sdk], "pay", progress=progress)
        if progress:
            scene[sdk].read(lambda: bool(call.progress), 30, "a word of the waiting")
        # What else is told comes before what is answered later.
        assert scene[sdk].call("look", {}).text() == "ran look"
        scene.approver.approve(asked)
        assert call.text() == "ran pay"
        assert [message for _, _, message in call.progress] == ["waiting for approval"] * progress
        assert all(0 < done < 1 and total is None for done, total, _ in call.progress)


def test_p25_p65_a_call_that_was_cancelled_is_withdrawn(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    call, asked = scene.ask(agent, "pay")
    call.cancel()
    assert "error" in call.finish()
    assert scene.approver.becomes(asked, "withdrawn")["detail"]
    scene.never_runs(agent, call, asked)
    scene.asks_again(agent, call)


def test_p65_a_call_whose_client_has_lost_patience_never_runs(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    call, asked = scene.ask(agent, "pay_within_two_seconds_or_later", timeout=0.5)
    assert "error" in call.finish(), call.end
    if sdk == "older":
        # It tells nobody, so that the question goes on; but when the wait is over, the call is.
        scene.approver.becomes(asked, "pending", held=False)
        scene.approver.approve(asked)
        assert scene.runs(agent, call) == []
        again = agent.call(call.tool, call.arguments)
        assert again.text() == f"ran {call.tool}"
        scene.ran_once(agent, again, asked, "used")
    else:
        scene.approver.becomes(asked, "withdrawn")
        scene.never_runs(agent, call, asked)
        scene.asks_again(agent, call)


def test_p61_what_nobody_decides_is_denied(scene: Scene, sdk: str) -> None:
    call, asked = scene.ask(scene[sdk], "pay_within_a_second_or_never")
    assert call.text() == f"[gatehouse] denied: {REASON}, and nobody decided within 1 s. Rule {asked['rule']}."
    assert call.result()["isError"]
    scene.approver.becomes(asked, "expired")
    assert scene.approver.tell("approve", asked) == "it has expired"
    scene.never_runs(scene[sdk], call, asked)
    scene.asks_again(scene[sdk], call)


def test_p65_a_client_that_was_killed_withdraws_what_it_asked(scene: Scene, sdk: str) -> None:
    agent = scene[f"{sdk}-2"]
    held, asked = scene.ask(agent, "pay")
    put_off, asked_before = scene.ask(agent, "pay_at_once_or_later")
    scene.approver.becomes(asked_before, "pending", held=False)
    server = agent.ledger.server
    agent.kill()
    for question in (asked, asked_before):
        assert scene.approver.becomes(question, "withdrawn")["detail"]
        assert scene.approver.tell("approve", question) is not None
    scene.gone(server)
    assert agent.ledger.runs() == []
    # Who makes the same call is asked about.
    for call in (held, put_off):
        again, question = scene.ask(scene[sdk], call.tool, call.arguments)
        scene.approver.deny(question)
        again.finish()
        assert scene.runs(scene[sdk], again) == []
