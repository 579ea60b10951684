"""A server that writes down each call before it answers it: counted.py FILE"""

import json
import os
import sys


def main() -> None:
    ran = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if message.get("method") == "initialize":
            result = {
                "protocolVersion": "2025-11-25",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "counted", "version": "1"},
            }
        elif message.get("method") == "tools/call":
            os.write(ran, b"%s\n" % str(message["params"]["arguments"]["n"]).encode())
            result = {"content": [{"type": "text", "text": "done"}]}
        else:
            result = {}
        if "id" in message:
            answer = {"jsonrpc": "2.0", "id": message["id"], "result": result}
            sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
