"""A server of the stateless era that asks its client something in the middle of a call, which that era does not have."""

import json
import sys


def send(message: dict) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


waiting = None
for line in sys.stdin:
    message = json.loads(line)
    if message.get("method") == "tools/call":
        waiting = message["id"]
        send({"id": "question", "method": "roots/list"})
    elif message.get("id") == "question":
        content = [{"type": "text", "text": json.dumps(message)}]
        send({"id": waiting, "result": {"content": content, "isError": False, "resultType": "complete"}})
    elif "id" in message:
        send({"id": message["id"], "error": {"code": -32601, "message": "no such method"}})
