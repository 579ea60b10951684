"""Runs a server, writes down every line that it is sent, and ends with it: witness.py FILE COMMAND..."""

import os
import subprocess
import sys
import threading


def main() -> None:
    with open(sys.argv[1], "ab", buffering=0) as record:
        server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE)
        threading.Thread(target=lambda: os._exit(server.wait()), daemon=True).start()
        for line in sys.stdin.buffer:
            record.write(line)
            server.stdin.write(line)
            server.stdin.flush()
        server.stdin.close()
        server.wait()
        threading.Event().wait()


if __name__ == "__main__":
    main()
