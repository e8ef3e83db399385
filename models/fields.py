"""Columns whose content is sealed: personal text that must not lie open in a backup."""

import json
from typing import Any

from tortoise import Model
from tortoise.fields import Field, TextField

from kit.crypto import seal, unseal

MARK = "\x1f"  # stands before sealed text; input never holds control characters, so nobody can type it


class SealedText(TextField):
    """Text, encrypted at rest under the key ring of `kit.crypto`. To find it, keep a lookup hash beside it."""

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        return None if value is None else MARK + seal(str(value))

    def to_python_value(self, value: Any) -> Any:
        # Tortoise calls this for rows and for values given by code; only what we sealed opens.
        return unseal(value[1:]) if isinstance(value, str) and value.startswith(MARK) else value


class SealedJson(Field[dict[str, Any]], dict):  # type: ignore[type-arg]  # Tortoise's own way of declaring fields
    """A JSON object, encrypted at rest as one text."""

    SQL_TYPE = "TEXT"
    indexable = False

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        return None if value is None else seal(json.dumps(value, ensure_ascii=False))

    def to_python_value(self, value: Any) -> Any:
        return json.loads(unseal(value)) if isinstance(value, str) else value
