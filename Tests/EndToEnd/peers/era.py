"""A server with one habit, written against nothing but the standard library.

    era.py HABIT [--log FILE] [--start SECONDS]

--log writes down "start" and each line that arrives; --start is how long it takes before it reads anything.

silent      says nothing to what it does not know, and knows the older era only
dying       ends when it is asked anything before the handshake
stuck       says nothing to what is asked before the handshake, and ends with the next line
doomed      ends when it is asked anything
strict      answers what comes before the handshake with an error
stateless   knows the era without a handshake only
both        knows both eras
future      agrees on a version of the protocol that is not released yet
hanging     knows the older era, and answers no call but one of "quick"
chatty      like hanging, with progress on every call
prints      knows the older era, and prints lines of a log around every answer
"""

import argparse
import json
import sys
import threading
import time

MODERN = "2026-07-28"
TOOLS = [{"name": name, "inputSchema": {"type": "object"}} for name in ("quick", "slow")]


def say(message: dict) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def fail(id: object, code: int, text: str, **data: object) -> None:
    say({"id": id, "error": {"code": code, "message": text, **({"data": data} if data else {})}})


class Server:
    def __init__(self, habit: str) -> None:
        self.habit = habit
        self.greeted = False
        self.is_stuck = False

    def take(self, message: dict) -> None:
        method, id, parameters = message.get("method"), message.get("id"), message.get("params") or {}
        if id is None or method is None:
            return
        if self.habit == "doomed":
            sys.exit("I do not like that.")
        if self.is_stuck:
            sys.exit("Traceback: what was asked before this line")
        if self.habit == "prints":
            print("2026-11-21 12:00:00 | INFO | asked for", method)
        modern = "io.modelcontextprotocol/protocolVersion" in parameters.get("_meta", {})
        if method == "initialize" and self.habit != "stateless":
            self.greeted = True
            version = "2031-01-01" if self.habit == "future" else parameters["protocolVersion"]
            say({"id": id, "result": {
                "protocolVersion": version, "capabilities": {"tools": {}},
                "serverInfo": {"name": self.habit, "version": "1"},
            }})
        elif modern and self.habit in ("stateless", "both"):
            self.modern(method, id, parameters)
        elif self.habit == "stateless":
            fail(id, -32022, "no handshake here", supported=[MODERN], requested=parameters.get("protocolVersion"))
        elif not self.greeted and self.habit == "dying":
            sys.exit("Traceback: a request before the handshake")
        elif not self.greeted and self.habit in ("silent", "stuck"):
            self.is_stuck = self.habit == "stuck"
        elif not self.greeted:
            fail(id, -32602, "Invalid request parameters", why="no handshake")
        else:
            self.older(method, id, parameters)

    def modern(self, method: str, id: object, parameters: dict) -> None:
        end = {"resultType": "complete"}
        if method == "server/discover":
            say({"id": id, "result": {
                **end, "supportedVersions": [MODERN], "capabilities": {"tools": {}}, "ttlMs": 0, "cacheScope": "private",
                "serverInfo": {"name": self.habit, "version": "1"},
            }})
        elif method == "tools/list":
            say({"id": id, "result": {**end, "tools": TOOLS, "ttlMs": 0, "cacheScope": "private"}})
        elif method == "tools/call":
            say({"id": id, "result": {**end, "content": [{"type": "text", "text": "done"}]}})
        else:
            fail(id, -32601, "Method not found")

    def older(self, method: str, id: object, parameters: dict) -> None:
        if method == "tools/list":
            say({"id": id, "result": {"tools": TOOLS}})
        elif method == "ping":
            say({"id": id, "result": {}})
        elif method != "tools/call":
            fail(id, -32601, "Method not found")
        elif self.habit in ("hanging", "chatty") and parameters["name"] != "quick":
            if self.habit == "chatty":
                threading.Thread(target=chat, args=[parameters["_meta"]["progressToken"]], daemon=True).start()
        else:
            say({"id": id, "result": {"content": [{"type": "text", "text": "done"}]}})


def chat(token: object) -> None:
    for step in range(1_000):
        time.sleep(0.1)
        say({"method": "notifications/progress", "params": {"progressToken": token, "progress": step}})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("habit")
    parser.add_argument("--log", default="/dev/null")
    parser.add_argument("--start", type=float, default=0)
    options = parser.parse_args()
    log = open(options.log, "ab", buffering=0)
    log.write(b"start\n")
    time.sleep(options.start)
    server = Server(options.habit)
    for line in sys.stdin.buffer:
        log.write(line)
        server.take(json.loads(line))


if __name__ == "__main__":
    main()
