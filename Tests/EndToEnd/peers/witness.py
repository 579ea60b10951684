"""Runs a server and writes down every line that it is sent: witness.py FILE COMMAND..."""

import subprocess
import sys


def main() -> int:
    with open(sys.argv[1], "ab", buffering=0) as record:
        server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE)
        for line in sys.stdin.buffer:
            record.write(line)
            server.stdin.write(line)
            server.stdin.flush()
        server.stdin.close()
        return server.wait()


if __name__ == "__main__":
    sys.exit(main())
