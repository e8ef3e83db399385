from prometheus_client import REGISTRY

from tests.wire.conftest import Serve


def counted(kind: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("jishi_operation_seconds_count", {"kind": kind, "outcome": outcome}) or 0


async def test_operations_are_counted_by_kind_and_outcome(serve: Serve) -> None:
    wire = await serve()
    before = counted("query", "ok")
    await wire.http.post("/graphql", json={"query": "{ hello }"})
    assert counted("query", "ok") == before + 1
