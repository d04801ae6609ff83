"""The measured database, made where its settings say. Older checkouts and the peer have one of their own."""

import psycopg
from django.db import connection
from psycopg import sql


def create(*, fresh: bool) -> None:
    name = connection.settings_dict["NAME"]
    with psycopg.connect(
        **connection.get_connection_params() | {"dbname": "postgres"}, autocommit=True
    ) as server:
        if fresh:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
