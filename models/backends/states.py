"""What Tortoise's migrations know of the models, built no oftener than it is looked at.

Tortoise 1.1 copies the whole state before every operation and builds all models of the copy, with everything that
queries would need; most operations never look at it. With a hundred tables that is half a minute for a new database.
Here a copy builds its models when somebody asks for them, and no model of a state gets the filters of queries.
"""

from typing import Any
from weakref import WeakSet

import tortoise.models as tortoise_models
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import MetaInfo, Model

_built: WeakSet[type[Model]] = WeakSet()
_build_all = StateApps._build_initial_querysets
_render = ModelState.render


class _Copy(State):
    """A copy of a state whose models are built when they are asked for. What they are built from is copied at once."""

    def __init__(self, original: State) -> None:
        self.models = {key: model.clone() for key, model in original.models.items()}
        self._source: StateApps = original.apps
        self._apps: StateApps | None = None

    @property
    def apps(self) -> StateApps:
        if self._apps is None:
            self._apps = self._source.clone(model_states=self.models)
        return self._apps

    @apps.setter
    def apps(self, apps: StateApps) -> None:
        self._apps = apps


def _copied(self: State) -> State:
    return _Copy(self)


def _no_filters(self: MetaInfo) -> None:
    """A state's models are not queried."""


def _rendered(self: ModelState, apps: StateApps, *, deepcopy_fields: bool = True) -> type[Model]:
    """Tortoise's own, without the filters of each column: they take longer than everything else about a model."""
    names = vars(tortoise_models)
    found = names["get_filters_for_field"]
    names["get_filters_for_field"] = lambda **_: {}
    try:
        return _render(self, apps, deepcopy_fields=deepcopy_fields)
    finally:
        names["get_filters_for_field"] = found


def _build_new(self: StateApps) -> None:
    """Tortoise's own, for models that it has not seen yet, and without filters: nobody queries a state's models."""
    generate, everything = MetaInfo._generate_filters, self.apps
    fresh: dict[str, Any] = {
        label: {name: model for name, model in models.items() if model not in _built}
        for label, models in everything.items()
    }
    MetaInfo._generate_filters = _no_filters  # type: ignore[method-assign]  # put back below
    self.apps = fresh
    try:
        _build_all(self)
    finally:
        MetaInfo._generate_filters = generate  # type: ignore[method-assign]
        self.apps = everything
    _built.update(model for models in fresh.values() for model in models.values() if model._meta._inited)


def install() -> None:
    """Have Tortoise's migrations work with such states."""
    State.clone = _copied  # type: ignore[method-assign]  # there is no other hook
    ModelState.render = _rendered  # type: ignore[method-assign]  # there is no other hook
    StateApps._build_initial_querysets = _build_new  # type: ignore[method-assign]
