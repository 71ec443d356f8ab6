"""Who prepares bazaars."""

import pytest

from tests.factories import member
from tests.factories.accounts import JAKARTA_BARAT


@pytest.fixture
def sudin():
    return member("sudin", JAKARTA_BARAT)


@pytest.fixture
def officer(client_as, sudin):
    """The browser of the Sudin's officer."""
    return client_as(sudin)
