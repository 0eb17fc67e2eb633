import pytest

from tests.settled import Settled, settle_ten_years


@pytest.fixture(scope="session")
def ten_years(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """All sixteen datasets in all years: the site as readers know it. Minutes, so for slow tests alone."""
    return settle_ten_years(tmp_path_factory)
