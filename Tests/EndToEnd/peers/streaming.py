"""A server of both eras that takes its time: `slow` tells of its progress, `announce` of changes, `cancelled` of what was."""

import json
import sys
import threading
import time

LOCK = threading.Lock()
CANCELLED: list = []


def send(message: dict) -> None:
    with LOCK:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        sys.stdout.flush()


def result(message: dict, text: str) -> None:
    content = [{"type": "text", "text": text}]
    send({"id": message["id"], "result": {"content": content, "isError": False, "resultType": "complete"}})


def slow(message: dict) -> None:
    parameters = message["params"]
    token = parameters.get("_meta", {}).get("progressToken")
    for step in range(1, 4):
        time.sleep(0.3)
        if message["id"] in CANCELLED:
            return
        if token is not None:
            send({"method": "notifications/progress", "params": {"progressToken": token, "progress": step}})
    result(message, parameters["arguments"].get("text", ""))


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        method, parameters = message.get("method"), message.get("params") or {}
        if method == "notifications/cancelled":
            CANCELLED.append(parameters["requestId"])
        if "id" not in message or method is None:
            continue
        if method == "initialize":
            capabilities = {"tools": {}, "resources": {"listChanged": True}}
            server = {"name": "streaming", "version": "1"}
            send({"id": message["id"], "result": {
                "protocolVersion": parameters["protocolVersion"], "capabilities": capabilities, "serverInfo": server,
            }})
        elif method != "tools/call":
            send({"id": message["id"], "error": {"code": -32601, "message": "Method not found"}})
        elif parameters["name"] == "slow":
            threading.Thread(target=slow, args=[message], daemon=True).start()
        elif parameters["name"] == "announce":
            send({"method": "notifications/resources/list_changed"})
            result(message, "announced")
        elif parameters["name"] == "cancelled":
            result(message, json.dumps(CANCELLED))
        else:
            result(message, parameters["arguments"].get("text", ""))


main()
