"""The engines that group and count a table where it lies, and how each is reached.

Nothing is imported and no connection is made until a source of the configuration names an engine. Who may connect, and
where to, is told by the engine's own means (libpq's environment, service and password files; Spark's environment and
defaults), never by the configuration, and none of it is ever printed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from auditor.errors import ConfigError, InputError, Problem, nearest, unknown_name
from auditor.records.spec import SourceSpec
from auditor.records.store import MEMORY

ENVIRONMENT = "environment"
VARIABLE = "AUDITOR_ENGINE"
EXTRA = 'pip install "auditor[warehouse]"'
_PARQUET = ".parquet"
_LISTED = 8
_AT_ONCE = 100_000

_FOREIGN = frozenset({"duckdb", "_duckdb", "ibis", "psycopg", "pyspark", "py4j", "pyarrow", "sqlglot", "grpc"})

Backend = Any
"""An Ibis backend: its type is not known before Ibis is imported."""


def engine_of(spec: SourceSpec) -> str:
    """Return the engine of a source: the one that it names, or that the environment names in its place.

    Raises
    ------
    ConfigError
        When the environment names none, or one that is not known.
    """
    if spec.engine != ENVIRONMENT:
        return spec.engine
    named = os.environ.get(VARIABLE, "")
    if named in _OPENED:
        return named
    found = unknown_name("engine", named, list(_OPENED)) if named else f"the variable {VARIABLE} is not set"
    raise ConfigError(
        "no engine is named",
        [Problem(found, f'engine = "{ENVIRONMENT}" leaves it to {VARIABLE}', f"set it to one of {', '.join(_OPENED)}")],
    )


@contextmanager
def connected(engine: str, spec: SourceSpec, base: Path, temp: Path) -> Iterator[Backend]:
    """Open an engine for reading; what was opened here is closed afterwards.

    Parameters
    ----------
    engine : str
        As :func:`engine_of` tells.
    spec : SourceSpec
        Its ``database`` is the file of a DuckDB database.
    base : pathlib.Path
        Folder that paths are relative to.
    temp : pathlib.Path
        Folder for what DuckDB cannot hold in memory.

    Raises
    ------
    ConfigError
        When the engine is not installed.
    InputError
        When it cannot be reached.
    """
    try:
        backend, close = _OPENED[engine](spec, base, temp)
    except ImportError as error:
        problem = Problem(
            f"the engine {engine!r} is not installed ({error.name})",
            "the table cannot be counted without it",
            f"install the extra: {EXTRA}",
        )
        raise ConfigError(f"the engine {engine!r} is not installed", [problem]) from error
    except Exception as error:
        if not foreign(error):
            raise
        raise unreachable(engine, error) from None  # what it says may hold a user, a host, a password
    try:
        yield backend
    finally:
        close()


def foreign(error: Exception) -> bool:
    """Tell whether an error is of an engine, and no mistake of ours or of the configuration."""
    return type(error).__module__.partition(".")[0] in _FOREIGN


def unreachable(engine: str, error: Exception) -> InputError:
    """Return the error of an engine that cannot be reached; the driver's own words may hold credentials."""
    problem = Problem(
        f"the engine {engine!r} cannot be reached ({type(error).__name__})",
        "nothing was read; what the driver says is not shown, since it may hold credentials",
        _REACHED[engine],
    )
    return InputError(f"the engine {engine!r} cannot be reached", [problem])


def unreadable(engine: str, table: str, error: Exception) -> InputError:
    """Return the error of a table that an engine would not count; the engine's own words may hold values of rows."""
    state = getattr(error, "sqlstate", None)
    told = type(error).__name__ + (f", SQLSTATE {state}" if isinstance(state, str) else "")
    problem = Problem(
        f"the engine {engine!r} could not count it ({told})",
        "what the engine says is not shown, since it may hold values of rows",
        "check that you may read the table, and that the engine can count it by itself",
        file=table,
    )
    return InputError(f"{table} cannot be counted", [problem])


_REACHED = {
    "duckdb": "check database (relative to the configuration file), and that no other program is writing to it",
    "postgres": "set PGSERVICE, or PGHOST, PGDATABASE and PGUSER, with the password in the password file or "
    "PGPASSWORD, and try `psql` with the same environment",
    "pyspark": "check that `java` runs (17 or later), and SPARK_REMOTE or spark-defaults.conf where the cluster is "
    "another machine",
}


def table_of(backend: Backend, engine: str, spec: SourceSpec, base: Path) -> Any:
    """Return the Ibis table that a source names.

    Parameters
    ----------
    backend : Backend
        As :func:`connected` yields.
    engine : str
    spec : SourceSpec
        Its ``path``: ``table``, ``schema.table``, or (DuckDB, PySpark) Parquet files.
    base : pathlib.Path

    Raises
    ------
    InputError
        When there is no such table, with the nearest names.
    """
    if spec.path.endswith(_PARQUET) and engine != "postgres":
        return backend.read_parquet(str(base / spec.path))
    *schema, name = spec.path.split(".")
    database = ".".join(schema) or None
    known = sorted(_tables(backend, engine, database))
    if name in known:
        return backend.table(name, database=database)
    raise InputError(f"there is no table {spec.path!r}", [_no_table(spec.path, name, schema, known)])


def batches(backend: Backend, engine: str, expression: Any) -> Iterator[Any]:
    """Yield the outcome of an expression as Arrow batches; PostgreSQL hands them over by a cursor, one at a time."""
    if engine == "postgres":
        yield from backend.to_pyarrow_batches(expression, chunk_size=_AT_ONCE)
    else:  # Ibis 12 asks DuckDB for batches by a call that DuckDB 2.0 no longer has, and Spark for all of them at once
        yield from expression.to_pyarrow().to_batches()


def _tables(backend: Backend, engine: str, schema: str | None) -> list[str]:
    """Return the names of the tables and views of a schema."""
    if engine != "duckdb":
        return list(backend.list_tables(database=schema))
    # Ibis 12 lists tables by a call that DuckDB 2.0 no longer has.
    rows = backend.con.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = coalesce(?, current_schema())", [schema]
    )
    return [name for (name,) in rows.fetchall()]


def _no_table(path: str, name: str, schema: Sequence[str], known: Sequence[str]) -> Problem:
    close = nearest(name, known)
    listed = ", ".join(known[:_LISTED]) + (", ..." if len(known) > _LISTED else "")
    hint = f"did you mean {'.'.join([*schema, close])!r}?" if close else f"here are: {listed or 'none'}"
    why = "with an engine, path is the name of a table (or schema.table); a file is read without an engine"
    return Problem(f"there is no table {path!r}", why, hint, file=path)


def _duckdb(spec: SourceSpec, base: Path, temp: Path) -> tuple[Backend, Callable[[], None]]:
    import duckdb
    import ibis

    file = base / spec.database if spec.database else None
    if file is not None and not file.is_file():
        found = f"there is no file {file.name!r}"
        problem = Problem(found, "it holds the tables", "correct database (relative to the configuration file)")
        raise InputError(found, [problem])
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "temp_directory": str(temp),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }
    connection = duckdb.connect(str(file or ":memory:"), read_only=file is not None, config=settings)
    return ibis.duckdb.from_connection(connection), connection.close


def _postgres(spec: SourceSpec, base: Path, temp: Path) -> tuple[Backend, Callable[[], None]]:
    import ibis
    import psycopg

    options = f"{os.environ.get('PGOPTIONS', '')} -c default_transaction_read_only=on".strip()
    connection = psycopg.connect("", options=options, autocommit=True)
    return ibis.postgres.from_connection(connection), connection.close


_SPARK_ELSEWHERE = ("SPARK_REMOTE", "SPARK_HOME", "SPARK_CONF_DIR")
"""Variables of which each says that Spark is set up by somebody, whose settings stand."""

_SPARK_HERE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def _pyspark(spec: SourceSpec, base: Path, temp: Path) -> tuple[Backend, Callable[[], None]]:
    import ibis
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    builder = SparkSession.builder.appName("auditor")
    if not any(os.environ.get(name) for name in _SPARK_ELSEWHERE):
        settings = {**_SPARK_HERE, "spark.sql.warehouse.dir": str(temp / "spark")}
        for name, value in settings.items():
            builder = builder.config(name, value)
    session = running or builder.getOrCreate()
    return ibis.pyspark.from_connection(session), (lambda: None) if running else session.stop


_OPENED: dict[str, Callable[[SourceSpec, Path, Path], tuple[Backend, Callable[[], None]]]] = {
    "duckdb": _duckdb,
    "postgres": _postgres,
    "pyspark": _pyspark,
}
