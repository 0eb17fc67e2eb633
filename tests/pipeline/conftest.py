"""What the tests of this folder share besides the samples that all folders do."""

import pytest
from nights import night_of_figures

from tests.settled import Settled, settle


@pytest.fixture(scope="session")
def decade(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """All sixteen datasets over ten years."""
    return settle(tmp_path_factory, "decade", night_of_figures, years=range(2016, 2026))
