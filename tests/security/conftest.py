"""Two projects with everything in them, for tests that try to reach from one into the other."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import override_settings

from tests.annotation.api.conftest import by, people
from tests.annotation.conftest import desk
from tests.factories import make_user
from tests.security.world import World, every_row, make_world, undone

__all__ = ["by", "desk", "people"]


@dataclass
class Worlds:
    """Two projects that share nobody."""

    own: World
    other: World
    rows_of_other: set[str]


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Iterator[Worlds]:
    """Make the projects once for all tests of a file; each test's own changes are taken back."""
    folder = tmp_path_factory.mktemp("stores")
    stores = {name: folder / name for name in ("CHECKPOINT_STORE", "EXPORT_STORE", "UPLOAD_STORE")}
    with django_db_blocker.unblock(), override_settings(**stores), undone():
        other = make_world("ความลับ")
        rows = every_row()
        worlds = Worlds(make_world("ของเรา"), other, rows)
        worlds.own.people |= {"other": worlds.other.people["manager"], "staff": make_user(is_staff=True)}
        yield worlds


@pytest.fixture
def worlds(made: Worlds, db: None) -> Worlds:
    return made
