"""The service on a port: bound first, so that a busy port is a sentence and no traceback."""

import contextlib
import errno
import socket
import sys
import threading
from collections.abc import Callable
from typing import Final

import uvicorn

from api import logs
from api.main import create_app
from api.patience import Patient
from api.settings import Settings
from gis.errors import InputError

# how long answers under way may take when the service is asked to stop
_GRACE_S: Final = 10
_BACKLOG: Final = 1024
_FILES: Final = 65_536


def serve(settings: Settings, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve until stopped (Ctrl+C); answers under way are finished.

    Parameters
    ----------
    ready
        Called with the service's address once its port is bound.

    Raises
    ------
    InputError
        When the address cannot be bound; the sentence names it.
    WorkspaceError
        When there is no workspace.
    """
    service, bound = prepare(settings)
    logs.configure()
    _allow_many_connections()
    # whoever asks first need not wait for what everybody will need
    store = service.config.app.state.store  # type: ignore[union-attr]  # it is our app
    threading.Thread(target=store.preload, name="preload", daemon=True).start()
    if ready is not None:
        ready(address(bound))
    with bound, contextlib.suppress(KeyboardInterrupt):
        service.run(sockets=[bound])


def prepare(settings: Settings) -> tuple[uvicorn.Server, socket.socket]:
    """Build the service and bind its port, without serving yet.

    Raises
    ------
    InputError
        When the address cannot be bound.
    WorkspaceError
        When there is no workspace.
    """
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        ws="none",
        lifespan="off",
        http=Patient,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return uvicorn.Server(config), _bind(settings.host, settings.port)


def address(bound: socket.socket) -> str:
    """Address under which a bound port is reached."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _allow_many_connections() -> None:
    """Take as many open files as the system gives; each connection is one."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 (other systems have no such limit)

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _bind(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, place = found[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as fault:
        raise _refused(host, port, fault) from None
    try:
        if sys.platform == "win32":
            # there, reuse would let a second program take the port away
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
        bound.listen(_BACKLOG)
        bound.set_inheritable(True)
    except OSError as fault:
        bound.close()
        raise _refused(host, port, fault) from None
    return bound


def _refused(host: str, port: int, fault: OSError) -> InputError:
    if isinstance(fault, socket.gaierror) or fault.errno == errno.EADDRNOTAVAIL:
        return InputError(
            f"{host} is no address of this machine; use 127.0.0.1.",
            vi=f"{host} không phải địa chỉ của máy này; hãy dùng 127.0.0.1.",
        )
    if fault.errno == errno.EACCES:
        return InputError(
            f"Port {port} needs special rights; choose one above 1023 with --port.",
            vi=f"Cổng {port} cần quyền quản trị; hãy chọn cổng trên 1023 bằng --port.",
        )
    return InputError(
        f"Port {port} on {host} is taken by another program; choose another with --port.",
        vi=f"Cổng {port} của {host} đang được chương trình khác dùng; hãy chọn cổng khác bằng "
        "--port.",
    )
