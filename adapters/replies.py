"""What another service wants to read after it has told us something."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP in the words of whoever called."""

    status: int
    body: str = ""
    media_type: str = "application/json"
