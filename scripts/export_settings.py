"""Writes `.env.example`: every setting with its meaning and default, from the classes in settings.py."""

import argparse
import sys
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from settings import ROOT, LimitSettings, Settings

FILE = ROOT / ".env.example"
HEAD = """\
# Every setting of Jishi with its default. Copy the lines that you change to `.env`, or set them in the environment.
# Written by `make settings`; change settings.py instead.
"""


def text() -> str:
    """The whole file."""
    parts = [HEAD, *_lines(Settings, prefix="", skip=("limits",)), "\n# Limits on one caller\n"]
    return "".join([*parts, *_lines(LimitSettings, prefix="LIMIT_", skip=())])


def _lines(settings: type[BaseSettings], *, prefix: str, skip: tuple[str, ...]) -> list[str]:
    return [_line(prefix + name.upper(), field) for name, field in settings.model_fields.items() if name not in skip]


def _line(name: str, field: FieldInfo) -> str:
    meaning = f"# {field.description}\n" if field.description else ""
    return f"\n{meaning}#{name}={_shown(field.default)}\n"


def _shown(default: object) -> str:
    if default is None or default == ():
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    return str(default).replace(f"{ROOT}/", "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the file is not up to date")
    if not parser.parse_args().check:
        Path(FILE).write_text(text(), encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text():
        return 0
    print(".env.example is not up to date: `make settings` writes it.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
