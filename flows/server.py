"""The process of the embedded API.

The embedded API's process: ``python -m sciculture_flows.server FD KIND HOST`` serves while its parent lives.

FD: the socket, which listens on HOST already. KIND: ``for-one-run`` (the API alone) or ``for-good`` (with the UI and
all services).

Its standard input is a pipe that only the parent writes to: when that closes, however the parent ended, this process
ends too. So a killed run leaves no server behind.
"""

from __future__ import annotations

import os
import socket
import sys
import threading

from sciculture_etl.loading import many_modules


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


def main() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with many_modules():
        import uvicorn
        from prefect.server.api.server import create_app

        app = create_app(ephemeral=sys.argv[2] == "for-one-run", final=True)

    from sciculture_flows.door import with_door

    config = uvicorn.Config(
        with_door(app, host=sys.argv[3]), log_level="critical", lifespan="on", timeout_graceful_shutdown=5
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()
