"""The portal's port: is it free, and does the home page answer there?"""

from __future__ import annotations

import errno
import http.client
import socket
from typing import Final

from okoce.embedded.problems import StartProblem
from okoce.embedded.processes import free_port

# Listening on every address: ask and name the machine's own.
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def port_is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise StartProblem(
                f"Port {port} may be used by root only. Choose one above 1023: OKOCE_PORT=8000 make run"
            ) from None
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise StartProblem(f"OKOCE_HOST is {host!r}, which is no address of this machine.") from None
            return False
    return True


def next_free_port(host: str, port: int) -> int:
    return next((other for other in range(port + 1, port + 50) if port_is_free(host, other)), free_port())


def portal_address(host: str, port: int) -> str:
    """What a person types into the browser on this machine."""
    name = "localhost" if host in {"127.0.0.1", *_EVERYWHERE} else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def own_address(host: str, port: int) -> str:
    """What a program on this machine calls."""
    name = _EVERYWHERE.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def status_of_home_page(host: str, port: int) -> int:
    """The status of GET /; 0 when nobody answers."""
    connection = http.client.HTTPConnection(_EVERYWHERE.get(host, host), port, timeout=20)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
