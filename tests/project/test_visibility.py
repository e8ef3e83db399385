"""Every read that a client can cause starts at what its viewer may see."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READS = {"all", "exclude", "filter", "first", "get", "get_or_none", "in_bulk", "raw"}

# Everybody may read these.
PUBLIC = {"Brand", "Category"}

# Where, which model, and why it is right.
ARGUED = {
    ("loaders/catalog.py", "ProductImage"): "pictures are as public as the product that names them; drafts name none",
    ("loaders/orders.py", "OrderLine"): "filtered by visible orders right after",
    ("resolvers/catalog/editing.py", "Product"): "the product of a variant or picture that this call has just changed",
    ("resolvers/catalog/imports.py", "ImportProblem"): "problems of a run that has been shown",
    ("resolvers/orders/intake.py", "OrderBatchRow"): "rows of a batch that has been shown",
}


def _direct_reads(file: Path) -> list[tuple[str, int, bool]]:
    """Model, line, and whether the read asks only for what belongs to rows that have been shown (`order_id__in=…`)."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    models = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("models.")
        for alias in node.names
    }
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id in models:
            of_shown = any((keyword.arg or "").endswith("_id__in") for keyword in node.keywords)
            found.append((node.func.value.id, node.lineno, of_shown))
    return found


def test_resolvers_and_loaders_read_only_what_their_viewer_may_see() -> None:
    faults = []
    for file in sorted([*(ROOT / "resolvers").rglob("*.py"), *(ROOT / "loaders").rglob("*.py")]):
        place = str(file.relative_to(ROOT))
        for model, line, of_shown in _direct_reads(file):
            if model in PUBLIC or (of_shown and place.startswith("loaders/")) or (place, model) in ARGUED:
                continue
            faults.append(
                f"{place}:{line} reads {model} directly: start at domain.<area>.visible(viewer), or argue above"
            )
    assert faults == []


def test_no_argument_stands_for_a_read_that_is_gone() -> None:
    read = {(place, model) for place in {place for place, _ in ARGUED} for model, _, _ in _direct_reads(ROOT / place)}
    assert set(ARGUED) - read == set()
