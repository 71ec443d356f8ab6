"""PostgreSQL and Valkey from wheels, so that the portal runs on a machine with nothing but Python.

``start_servers(folder)`` gives both with their addresses; the command line is
``python -m okoce.embedded --help``.
No Django here: these servers run before Django does.
"""

from okoce.embedded.problems import StartProblem
from okoce.embedded.servers import Servers, start_servers

__all__ = ["Servers", "StartProblem", "start_servers"]
