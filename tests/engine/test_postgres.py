"""The tests' own Postgres."""

import psycopg

from tests.engine.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]  # fixtures


def test_every_test_has_an_empty_database_that_keeps_what_is_written(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE songs (title text)")
        connection.execute("INSERT INTO songs VALUES ('Hall Light')")

    with psycopg.connect(postgres_url) as connection:
        assert [("Hall Light",)] == connection.execute("SELECT title FROM songs").fetchall()


def test_the_next_test_does_not_see_it(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute("SELECT to_regclass('songs')").fetchone()

    assert (None,) == found
