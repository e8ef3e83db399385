"""Serves the hand-written handlers, by the same server with the same options as the API."""

import uvicorn

from benchmarks.handwritten.app import create_app
from kit import memory
from settings import Settings

if __name__ == "__main__":
    settings = Settings()
    app = create_app(settings)
    memory.settle()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
    )
