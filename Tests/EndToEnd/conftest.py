"""Fixtures of the end-to-end tests. The folder's README says how to run them."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig.gatehouse import ALLOW_ALL, Gatehouse, plain_environment
from rig.prometheus import Prometheus
from rig.real_servers import FakeAWS, World

PACKAGE = Path(__file__).resolve().parents[2]
ENVIRONMENTS = Path(os.environ.get("GATEHOUSE_VENVS", PACKAGE / ".build/e2e"))
#: The longest that any one test may take; a test that hangs must not hang the whole run.
LONGEST = 180


def pytest_configure() -> None:
    """Gives the programs under test the signals that a person's shell gives them, also under nohup or a background job."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for ending in (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(ending, signal.SIG_DFL)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item):
    """Fails a test that takes too long, from wherever it is stuck."""

    def expire(*_: object) -> None:
        pytest.fail(f"the test took longer than {LONGEST} s")

    previous = signal.signal(signal.SIGALRM, expire)
    signal.alarm(LONGEST)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


@pytest.fixture(scope="session")
def binary() -> Path:
    """The program under test."""
    path = Path(os.environ.get("GATEHOUSE_BIN", PACKAGE / ".build/debug/gatehouse")).absolute()
    assert path.exists(), f"{path} is not built; run swift build, or set GATEHOUSE_BIN"
    return path


@pytest.fixture(scope="session")
def server_programs() -> Path:
    """The folder with the real servers' programs."""
    return ENVIRONMENTS / "servers/bin"


@pytest.fixture(scope="session")
def older_python() -> Path:
    """The Python that has the SDK of the protocol's older era."""
    return ENVIRONMENTS / "client-older/bin/python"


@pytest.fixture
def gatehouse(binary: Path, tmp_path: Path) -> Iterator[Gatehouse]:
    """A gatehouse whose policy allows everything."""
    ours = Gatehouse(binary, plain_environment(tmp_path))
    ours.set_policy(ALLOW_ALL)
    yield ours
    ours.close()


@pytest.fixture(scope="module")
def make_gatehouse(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Gatehouse]]:
    """Gatehouses that live as long as the module's tests."""
    made: list[Gatehouse] = []

    def make() -> Gatehouse:
        ours = Gatehouse(binary, plain_environment(tmp_path_factory.mktemp("home")))
        ours.set_policy(ALLOW_ALL)
        made.append(ours)
        return ours

    yield make
    for ours in made:
        ours.close()


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeAWS]:
    fake = FakeAWS(tmp_path_factory.mktemp("aws") / "log")
    yield fake
    fake.close()


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    real = Prometheus(tmp_path_factory.mktemp("prometheus"))
    yield real.url
    real.close()


@pytest.fixture(scope="session")
def make_world(
    server_programs: Path, aws: FakeAWS, prometheus: str
) -> Iterator[Callable[[], World]]:
    """Fresh worlds for real servers to act on."""
    folders: list[Path] = []

    def make() -> World:
        folders.append(Path(tempfile.mkdtemp(prefix="gh-world-")))
        return World(folders[-1], server_programs, aws, prometheus)

    yield make
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
