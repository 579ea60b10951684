"""Serves what a server's program has made over HTTP: the port is the first line that it prints."""

import socket
from typing import Any

import uvicorn


def serve(app: Any) -> None:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
