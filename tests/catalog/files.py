"""Small catalog files, written for tests."""

import csv
import io
from collections.abc import Mapping, Sequence

HEADER = (
    *("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value"),
    *("Variant SKU", "Variant Grams", "Variant Inventory Qty", "Variant Price", "Variant Compare At Price"),
    *("Image Src", "Image Position", "Image Alt Text", "Variant Image", "Status", "Custom / Shelf life"),
)
TEA: Mapping[str, str] = {
    "Handle": "green-tea",
    "Title": "Green Tea",
    "Body (HTML)": '<p>Fresh</p><script>alert(1)</script><img src="https://out.example/tea.png">',
    "Vendor": "Cloud Hill",
    "Type": "Drinks > Tea",
    "Tags": "loose, spring",
    "Published": "true",
    "Option1 Name": "Size",
    "Option1 Value": "50 g",
    "Variant SKU": "TEA-50",
    "Variant Grams": "50",
    "Variant Inventory Qty": "12",
    "Variant Price": "19.9",
    "Variant Compare At Price": "25",
    "Image Src": "https://out.example/a.png",
    "Image Position": "1",
    "Image Alt Text": "A tin",
    "Custom / Shelf life": "2 years",
}
TEA_LARGE: Mapping[str, str] = {
    "Handle": "green-tea",
    "Option1 Value": "100 g",
    "Variant SKU": "TEA-100",
    "Variant Grams": "100",
    "Variant Inventory Qty": "3",
    "Variant Price": "35.00",
    "Image Src": "https://out.example/b.png",
    "Image Position": "2",
    "Variant Image": "https://out.example/b.png",
}
CUP: Mapping[str, str] = {
    "Handle": "cup",
    "Title": "Cup",
    "Option1 Name": "Title",
    "Option1 Value": "Default Title",
    "Variant Price": "8.00",
    "Status": "draft",
}


def sheet(rows: Sequence[Mapping[str, str]], *, header: Sequence[str] = HEADER, newline: str = "\n") -> str:
    """A CSV with these rows."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, header, restval="", extrasaction="ignore", lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def but(row: Mapping[str, str], **cells: str) -> dict[str, str]:
    """The row with some cells replaced; underscores stand for blanks in the names of columns."""
    return {**row, **{name.replace("_", " "): cell for name, cell in cells.items()}}
