from collections.abc import Awaitable, Callable

import pytest

from domain.access import Viewer
from models.customers import Role


@pytest.fixture
async def picker(staff: Callable[..., Awaitable[Viewer]]) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER)


@pytest.fixture
async def other_picker(staff: Callable[..., Awaitable[Viewer]]) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER)
