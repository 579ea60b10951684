"""A real Prometheus on 127.0.0.1, scraping nothing."""

import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from .waiting import eventually


class Prometheus:
    """A process of Debian's prometheus package, with its data in a folder of ours."""

    def __init__(self, folder: Path) -> None:
        program = os.environ.get("GATEHOUSE_PROMETHEUS") or shutil.which("prometheus")
        assert program, "prometheus is not installed; .ci/setup test says how to mend that"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        (folder / "prometheus.yml").write_text("scrape_configs: []\n")
        self._process = subprocess.Popen(
            [
                program,
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=(folder / "prometheus.log").open("w"),
            stderr=subprocess.STDOUT,
        )
        eventually(self._is_ready, 30, lambda: (folder / "prometheus.log").read_text())

    def _is_ready(self) -> bool:
        try:
            return urllib.request.urlopen(self.url + "/-/ready", timeout=5).status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)
