"""What the tools of the comparison's servers do; each SDK's server brings the hands to do it with."""

from typing import Any, Protocol

import anyio

from material import ANSWERS, JSON, TEXT, result, text


class Hands(Protocol):
    """What a tool can do to its client while it runs."""

    modern: bool

    async def log(self, level: str, data: Any) -> None: ...
    async def progress(self, done: float, total: float, message: str) -> None: ...
    async def ask(self, method: str, params: JSON) -> JSON: ...
    async def touch(self, uri: str) -> None: ...
    async def announce(self) -> None: ...


class Refusal(Exception):
    """A tool's failure that is to be the protocol's; each server raises its SDK's own, with message, code and data."""


NAME_FORM: JSON = {
    "mode": "form",
    "message": "What is your name?",
    "requestedSchema": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
}
DEFAULTS_FORM: JSON = {
    "mode": "form",
    "message": "Please look at the defaults.",
    "requestedSchema": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "default": "John Doe"},
            "age": {"type": "integer", "default": 30},
            "score": {"type": "number", "default": 95.5},
            "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
            "verified": {"type": "boolean", "default": True},
        },
        "required": [],
    },
}
CHOICES_FORM: JSON = {
    "mode": "form",
    "message": "Please choose.",
    "requestedSchema": {
        "type": "object",
        "properties": {
            "untitledSingle": {"type": "string", "enum": ["option1", "option2"]},
            "titledSingle": {"type": "string", "oneOf": [{"const": "value1", "title": "One"}, {"const": "value2", "title": "Two"}]},
            "legacyEnum": {"type": "string", "enum": ["opt1", "opt2"], "enumNames": ["One", "Two"]},
            "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2"]}},
            "titledMulti": {
                "type": "array", "items": {"anyOf": [{"const": "value1", "title": "One"}, {"const": "value2", "title": "Two"}]},
            },
        },
    },
}
URL_FORM: JSON = {
    "mode": "url", "message": "Please sign in.", "url": "https://example.org/sign-in?a=1&b=%20", "elicitationId": "sign-in-1",
}
QUESTION: JSON = {"messages": [{"role": "user", "content": text("Name a river.")}], "maxTokens": 20}


class Server:
    """What a server remembers while it runs."""

    def __init__(self) -> None:
        self._given_up = 0
        self._arrived: dict[int, anyio.Event] = {}

    async def call(self, name: str, arguments: JSON, hands: Hands) -> JSON:
        """The result of a tool. Raises ValueError for a failure of the tool, Refusal for one of the protocol's."""
        if name in ANSWERS:
            return ANSWERS[name]
        deed = getattr(self, f"_{name}", None)
        if deed is None:
            raise ValueError(f"no tool {name}")
        return await deed(arguments, hands)

    async def _test_structured(self, arguments: JSON, hands: Hands) -> JSON:
        point = {"x": arguments["x"], "y": arguments["y"]}
        return result(text(f"{point}"), structuredContent=point)

    async def _test_tool_with_logging(self, arguments: JSON, hands: Hands) -> JSON:
        for step in ("started", "works", "is done"):
            await hands.log("info", f"It {step}.")
        await hands.log("warning", {"words": "\u2028", "numbers": [1, 2.5, None]})
        return result(text("logged"))

    async def _test_tool_with_progress(self, arguments: JSON, hands: Hands) -> JSON:
        for step in range(1, arguments["steps"] + 1):
            await hands.progress(step * 0.5, arguments["steps"] * 0.5, f"step {step}")
        return result(text("done"))

    async def _test_error_handling(self, arguments: JSON, hands: Hands) -> JSON:
        raise ValueError("This tool fails, as it should. \u202e")

    async def _test_structured_list(self, arguments: JSON, hands: Hands) -> JSON:
        if not hands.modern:
            raise ValueError("what is no object is no structured content of the older era")
        return result(text("[1, null]"), structuredContent=[1, None])

    async def _test_url_required(self, arguments: JSON, hands: Hands) -> JSON:
        raise Refusal("Please sign in.", -32042, {"elicitations": [URL_FORM]})

    async def _test_protocol_error(self, arguments: JSON, hands: Hands) -> JSON:
        raise Refusal("no", 4711, {"more": [1, 2.50, None]})

    async def _test_sampling(self, arguments: JSON, hands: Hands) -> JSON:
        question = {"messages": [{"role": "user", "content": text(arguments["prompt"])}], "maxTokens": 100, "temperature": 0.25}
        return await self._asked(hands, "sampling/createMessage", question)

    async def _test_elicitation(self, arguments: JSON, hands: Hands) -> JSON:
        return await self._asked(hands, "elicitation/create", {**NAME_FORM, "message": arguments["message"]})

    async def _test_elicitation_sep1034_defaults(self, arguments: JSON, hands: Hands) -> JSON:
        return await self._asked(hands, "elicitation/create", DEFAULTS_FORM)

    async def _test_elicitation_sep1330_enums(self, arguments: JSON, hands: Hands) -> JSON:
        return await self._asked(hands, "elicitation/create", CHOICES_FORM)

    async def _test_elicitation_url(self, arguments: JSON, hands: Hands) -> JSON:
        return await self._asked(hands, "elicitation/create", URL_FORM)

    async def _test_list_roots(self, arguments: JSON, hands: Hands) -> JSON:
        return await self._asked(hands, "roots/list", {})

    async def _test_ping_client(self, arguments: JSON, hands: Hands) -> JSON:
        return await self._asked(hands, "ping", {})

    async def _asked(self, hands: Hands, method: str, params: JSON) -> JSON:
        return result(text(f"answered: {await hands.ask(method, params)}"))

    async def _test_echo(self, arguments: JSON, hands: Hands) -> JSON:
        return result(text(arguments["text"]))

    async def _test_in_turn(self, arguments: JSON, hands: Hands) -> JSON:
        number, of = arguments["number"], arguments["of"]
        event = self._arrived.setdefault(number, anyio.Event())
        if len(self._arrived) == of:
            # 61 shares no divisor with the counts in use, so that everybody has a turn.
            order = [place * 61 % of for place in range(of)]
            for one in order:
                self._arrived[one].set()
                await anyio.sleep(0)
            self._arrived = {}
        await event.wait()
        return result(text(f"{number}"))

    async def _test_endless(self, arguments: JSON, hands: Hands) -> JSON:
        try:
            await anyio.sleep_forever()
        finally:
            self._given_up += 1

    async def _test_given_up(self, arguments: JSON, hands: Hands) -> JSON:
        return result(text(f"{self._given_up}"))

    async def _test_touch(self, arguments: JSON, hands: Hands) -> JSON:
        await hands.touch(arguments["uri"])
        return result(text("touched"))

    async def _test_announce(self, arguments: JSON, hands: Hands) -> JSON:
        await hands.announce()
        return result(text("announced"))


# MARK: Unfinished results, which the older era does not have


def unfinished(questions: JSON, state: str | None = None) -> JSON:
    return {
        "resultType": "input_required",
        **({"inputRequests": questions} if questions else {}),
        **({"requestState": state} if state is not None else {}),
    }


def elicit(message: str = NAME_FORM["message"]) -> JSON:
    return {"method": "elicitation/create", "params": {**NAME_FORM, "message": message}}


def name_in(answers: JSON, key: str) -> str | None:
    """What a person answered; None if nothing, or nothing that the form allows."""
    given = ((answers.get(key) or {}).get("content") or {}).get("name")
    return given if isinstance(given, str) else None


SAMPLE: JSON = {"method": "sampling/createMessage", "params": QUESTION}
ROOTS: JSON = {"method": "roots/list", "params": {}}


def asking(kind: str, answers: JSON, state: str | None, capabilities: JSON) -> JSON | str:
    """Either an unfinished result, or the words of the finished one."""
    name = name_in(answers, "who")
    if kind == "elicitation":
        return f"Hello, {name}!" if name else unfinished({"who": elicit()})
    if kind == "sampling":
        return f"model: {answers['model']}" if "model" in answers else unfinished({"model": SAMPLE})
    if kind == "roots":
        return f"roots: {answers['roots']}" if "roots" in answers else unfinished({"roots": ROOTS})
    if kind == "state":
        return f"state: {state}" if state is not None else unfinished({"who": elicit()}, "first \u2192 state")
    if kind == "many":
        questions = {"who": elicit(), "model": SAMPLE, "roots": ROOTS}
        open_ones = {key: question for key, question in questions.items() if key not in answers}
        return f"all: {sorted(answers)} {state}" if not open_ones else unfinished(open_ones, "all three")
    if kind == "rounds":
        if state is None:
            return unfinished({"who": elicit()}, "round 1")
        if state == "round 1":
            return unfinished({"who": elicit(f"And your other name, {name}?")}, f"round 2 of {name}")
        return f"{state} and {name}" if name else unfinished({}, state)
    if kind == "waiting":
        return "waited until round 3" if state == "3" else unfinished({}, str(int(state or 0) + 1))
    if kind == "without_end":
        return unfinished({"who": elicit()}, "again")
    if kind == "capabilities":
        may = [key for key in ("elicitation", "sampling", "roots") if capabilities.get(key) is not None]
        if answers or not may:
            return f"answered: {sorted(answers)} of {may}"
        return unfinished({key: {"elicitation": elicit(), "sampling": SAMPLE, "roots": ROOTS}[key] for key in may})
    raise ValueError(f"no tool of kind {kind}")


def asking_tool(name: str, answers: JSON, state: str | None, capabilities: JSON) -> JSON:
    """A result of a tool that may ask."""
    end = asking(name.removeprefix("test_input_required_"), answers, state, capabilities)
    return result(text(end)) if isinstance(end, str) else end


def asking_prompt(answers: JSON) -> JSON:
    """A result of a prompt that asks."""
    name = name_in(answers, "who")
    return {"messages": [{"role": "user", "content": text(f"Greet {name}.")}]} if name else unfinished({"who": elicit()})


def asking_resource(uri: str, answers: JSON) -> JSON:
    """A result of a resource that asks."""
    name = name_in(answers, "who")
    found = [{"uri": uri, "mimeType": "text/plain", "text": f"{TEXT} For {name}."}]
    return {"contents": found} if name else unfinished({"who": elicit()})
