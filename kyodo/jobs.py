"""Background jobs: Procrastinate keeps them in PostgreSQL, written in the transaction that asks for them."""

from procrastinate import App


def on_app_ready(app: App) -> None:
    """Called once Django is ready; tasks register themselves from each app's tasks.py."""
