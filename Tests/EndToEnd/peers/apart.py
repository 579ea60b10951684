"""Does for the tests what a person does: a process that none of their own is an ancestor of.

    apart.py DESCRIPTOR     reads requests from a socket, one JSON object a line

`{"run": [words], "input", "timeout", "environment", "cwd"}` runs a command and answers with its code and output;
`{"lend": PATH}` connects to a socket and passes the connection.
"""

import base64
import json
import os
import socket
import subprocess
import sys
from typing import Any


def run(request: dict[str, Any]) -> dict[str, Any]:
    try:
        done = subprocess.run(
            request["run"],
            input=request["input"].encode(),
            capture_output=True,
            timeout=request["timeout"],
            env=request["environment"],
            cwd=request["cwd"],
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"error": str(error)}
    output = {name: base64.b64encode(getattr(done, name)).decode() for name in ("stdout", "stderr")}
    return {"code": done.returncode, **output}


def lend(ours: socket.socket, path: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(path)
            socket.send_fds(ours, [b"+"], [connection.fileno()])
        except OSError:
            ours.sendall(b"-")


def main() -> None:
    ours = socket.socket(fileno=int(sys.argv[1]))
    if os.fork():
        return
    os.setsid()
    for line in ours.makefile("r"):
        request = json.loads(line)
        if "lend" in request:
            lend(ours, request["lend"])
        else:
            ours.sendall(json.dumps(run(request)).encode() + b"\n")


main()
