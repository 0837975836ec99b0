import pytest
from trio.testing import MockClock


@pytest.fixture
def anyio_backend():
    """Virtual time: what takes seconds takes none."""
    return "trio", {"clock": MockClock(autojump_threshold=0)}
