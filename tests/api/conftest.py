"""A server for each test."""

import pytest

from tests.api.serving import Api


@pytest.fixture
def api(database_url: str, clean_redis_url: str) -> Api:
    """Runs stories against a server with an empty database and an empty Redis."""
    return Api(database_url, clean_redis_url)
