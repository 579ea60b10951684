"""A disk that hangs when a certain file is written to it, until it is let go: a stand-in for `fsync` under the program."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fsync(int file) {
    char link[64], name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, name, sizeof name - 1);
    const char *pipe = getenv("SLOW_DISK"), *wanted = getenv("SLOW_DISK_FILE");
    name[length > 0 ? length : 0] = 0;
    if (pipe && wanted && strstr(name, wanted)) {
        /* Until somebody opens the other end. */
        int held = open(pipe, O_RDONLY | O_CLOEXEC);
        if (held >= 0) close(held);
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return real(file);
}
"""


class SlowDisk:
    """Holds every write of a file of that name until `let_go`."""

    def __init__(self, folder: Path, file: str = "policy.json") -> None:
        compiler = shutil.which("cc") or shutil.which("clang")
        if not compiler:
            pytest.skip("no C compiler here")
        source, library = folder / "slow.c", folder / "slow.so"
        source.write_text(SOURCE)
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        self._pipe = folder / "slow"
        self.hold()
        self.environment = {"LD_PRELOAD": str(library), "SLOW_DISK": str(self._pipe), "SLOW_DISK_FILE": f"/{file}."}

    def hold(self) -> None:
        """Holds what is written from now on."""
        os.mkfifo(self._pipe)

    @property
    def holds(self) -> bool:
        return self._pipe.exists()

    def let_go(self) -> None:
        """Lets what waits, and all that comes later, be written."""
        # Opened for both, a pipe lets its readers in at once.
        opened = os.open(self._pipe, os.O_RDWR)
        self._pipe.unlink()
        os.close(opened)
