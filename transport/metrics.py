"""What a monitor may ask at `/metrics`, in the text format of Prometheus. No names, no numbers of orders or people."""

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, Histogram, generate_latest

from domain.events import live
from jobs import runner

OPERATIONS = Histogram(
    "jishi_operation_seconds",
    "Time from admission to answer of a query or mutation.",
    ["kind", "outcome"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
EVENTS = Gauge("jishi_open_streams", "Subscriptions to changes of orders that are open in this process.")
LATE = Gauge("jishi_timers_late", "Timers that are due for more than five minutes.")
PARKED = Gauge("jishi_timers_parked", "Timers that were given up after many tries, by kind.", ["kind"])

EVENTS.set_function(lambda: live.listeners)


async def text() -> tuple[bytes, str]:
    """The figures of this process, and of the timers of the market; with their media type."""
    timers = await runner.health()
    LATE.set(timers.late)
    PARKED.clear()
    for kind, count in timers.parked.items():
        PARKED.labels(kind).set(count)
    return generate_latest(), CONTENT_TYPE_LATEST
