"""One server per test file, so that files do not see each other's objects; the tests of a file share it."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

# The checks in there must explain themselves as asserts in a test do.
pytest.register_assert_rewrite("harness.answers", "harness.refusals", "harness.schemas", "harness.server")

from harness import schemas, sdk  # noqa: E402
from harness.raw import Raw  # noqa: E402
from harness.server import Nodes, Server  # noqa: E402
from harness.testkit import NODES, Testkit  # noqa: E402

# Of several nodes only.
collect_ignore = [] if NODES else ["test_nodes.py"]

SCHEMAS_ABSENT = f"Schema validation SKIPPED: Stripe's OpenAPI document is not at {schemas.DOCUMENT}"


def pytest_configure():
    if os.environ.get("CI") == "true" and not schemas.is_present():
        raise pytest.UsageError(f"{SCHEMAS_ABSENT}; a CI run must have it")


def pytest_terminal_summary(terminalreporter):
    if not schemas.is_present():
        terminalreporter.write_line(SCHEMAS_ABSENT)


@pytest.fixture(scope="session")
def binary() -> Path:
    named = os.environ.get("TOLLGATE_BIN")
    assert named, "TOLLGATE_BIN must name the tollgate binary; ./test builds it and sets this"
    found = shutil.which(named)
    assert found, f"TOLLGATE_BIN is {named}, which cannot be run"
    return Path(found).resolve()


@pytest.fixture(scope="session")
def testkit():
    """Only where there are several nodes."""
    if not NODES:
        yield None
        return
    started = Testkit()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def server(binary, testkit, tmp_path_factory):
    with _running(_server(binary, testkit, tmp_path_factory.mktemp("server"))) as started:
        yield started


@pytest.fixture
def own_server(binary, testkit, tmp_path):
    """For a test that ends its server, or that must be alone with its objects."""
    with _running(_server(binary, testkit, tmp_path)) as started:
        yield started


@pytest.fixture
def unpaid_server(binary, testkit, tmp_path):
    """Where nobody has a payment method; for a test that starts it anew with other flags."""
    unpaid = _server(binary, testkit, tmp_path)
    unpaid.flags = ["--payments", "missing"]
    with _running(unpaid) as started:
        yield started


@pytest.fixture(scope="module")
def hasty_server(binary, testkit, tmp_path_factory):
    """Sends a webhook that failed again at once, and waits for no answer longer than a moment."""
    hasty = _server(binary, testkit, tmp_path_factory.mktemp("hasty"))
    hasty.flags = ["--webhook-retry-ms", "50", "--webhook-timeout-ms", "300"]
    with _running(hasty) as started:
        yield started


@pytest.fixture(scope="module")
def authority():
    """A certificate authority, which `trusting_server` believes and nobody else."""
    return trustme.CA()


@pytest.fixture(scope="module")
def trusting_server(binary, testkit, tmp_path_factory, authority):
    """A hasty server that believes the authority."""
    folder = tmp_path_factory.mktemp("trusting")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    trusting = _server(binary, testkit, folder)
    trusting.flags = ["--webhook-retry-ms", "50", "--webhook-timeout-ms", "2000"]
    trusting.environment = {"SSL_CERT_FILE": str(folder / "authority.pem")}
    with _running(trusting) as started:
        yield started


@pytest.fixture(scope="module")
def usual_nodes(binary, testkit, tmp_path_factory):
    """Two nodes as people have them, which answer from memory for a while."""
    nodes = Nodes(binary, tmp_path_factory.mktemp("nodes"), testkit, count=2, max_age_milliseconds=None)
    with _running(nodes) as started:
        yield started


@pytest.fixture(scope="module")
def client(server):
    return sdk.client(server.base_url, server.test_key)


@pytest.fixture(scope="module")
def raw(server):
    return Raw(server.port, server.test_key)


@pytest.fixture(scope="module")
def live_key(server):
    return server.create_key("live")


@pytest.fixture(scope="module")
def live_client(server, live_key):
    return sdk.client(server.base_url, live_key)


@pytest.fixture(scope="module")
def live_raw(server, live_key):
    return Raw(server.port, live_key)


def _server(binary: Path, testkit: Testkit | None, folder: Path) -> Server:
    return Nodes(binary, folder, testkit, NODES) if testkit else Server(binary, folder)


@contextmanager
def _running(server: Server):
    """Ends the server, and only this one, where the test has not done so itself."""
    try:
        yield server.start()
    finally:
        if server.is_running:
            server.stop()
