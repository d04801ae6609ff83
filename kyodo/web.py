"""How the web server is called, by `serve`, by a service manager and by a container alike."""

import sys

from kyodo import environment


def command(port: int) -> list[str]:
    """Two processes of four threads: two cores, eight database connections, no wait behind one slow page."""
    return [
        sys.executable, "-m", "granian",
        "--interface", "wsgi",
        "--host", environment.text("KYODO_BIND", "127.0.0.1"),
        "--port", str(port),
        "--workers", str(environment.integer("KYODO_WEB_PROCESSES", 2)),
        "--blocking-threads", str(environment.integer("KYODO_WEB_THREADS", 4)),
        "--blocking-threads-idle-timeout", "600",
        "--no-ws",
        "--respawn-failed-workers",
        "--workers-kill-timeout", "15",
        "--log-level", "warning",
        "kyodo.wsgi:application",
    ]  # fmt: skip
