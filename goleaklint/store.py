"""Bytes by key, kept between runs in one SQLite file in the user's cache directory.

A store never fails a run. A file that is damaged or of another version is made anew; one that is not ours, cannot be
written or has no room is done without. What happened is in `trouble`, once.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

FILE_NAME = "goleaklint.sqlite"
_APPLICATION = 0x474C4B31  # "GLK1": says whose file it is (SQLite's application_id)
_LAYOUT = 1
_DAYS = 30
"""What nobody has asked for in so many days is dropped."""
_MOST_BYTES = 512 << 20
_PATIENCE = 5.0  # seconds to wait for another process that writes
_DAMAGED = ("not a database", "malformed", "corrupt", "disk image")


def digest(*parts: bytes) -> bytes:
    """Sixteen bytes that stand for these parts, in this order; where one ends and the next begins counts, too."""
    from hashlib import blake2b  # start-up: a run without a cache needs neither this nor sqlite3

    state = blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.digest()


def directory() -> Path:
    """Where the cache is kept: GOLEAKLINT_CACHE_DIR, else the user's cache directory of the system."""
    named = os.environ.get("GOLEAKLINT_CACHE_DIR")
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("goleaklint", appauthor=False)


class Store:
    """One file of values. It is opened when it is first asked; each process opens its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self.trouble = ""
        self._connection: sqlite3.Connection | None = None
        self._is_off = False
        self._today = int(time.time()) // 86_400
        self._is_tidied = False

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, None when there is none."""
        import sqlite3

        try:
            connection = self._open(writing=False)
            if connection is None:
                return None
            row = connection.execute("SELECT value, day FROM kept WHERE key = ?", (key,)).fetchone()
        except (sqlite3.Error, OSError) as error:
            self._failed(error)
            return None
        if row is None or not isinstance(row[0], bytes):
            return None
        if row[1] != self._today:
            with contextlib.suppress(sqlite3.Error):  # a cache that cannot be written can still be read
                connection.execute("UPDATE kept SET day = ? WHERE key = ?", (self._today, key))
        return row[0]

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value; one that is there is replaced."""
        import sqlite3

        try:
            connection = self._open(writing=True)
            if connection is None:
                return
            if not self._is_tidied:
                self._is_tidied = True
                self._tidy(connection)
            connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (key, self._today, value))
        except (sqlite3.Error, OSError) as error:
            self._failed(error)

    def close(self) -> None:
        """Close the file; the next question opens it again."""
        import sqlite3

        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _open(self, *, writing: bool) -> sqlite3.Connection | None:
        import sqlite3

        if self._is_off or (not writing and self._connection is None and not self.path.exists()):
            return None
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = self._connect()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self.trouble = "the cache was damaged, and is made anew"
                remove(self.path)
                self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        import sqlite3

        connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)
        try:
            connection.execute("BEGIN")  # what is read in it is of one moment
            is_ours = _is_ours(connection)
            connection.execute("COMMIT")
            if not is_ours:
                connection.execute("BEGIN IMMEDIATE")
                if not _is_ours(connection):  # nobody else has made it in the meantime
                    _make(connection)
                connection.execute("COMMIT")
                with contextlib.suppress(sqlite3.OperationalError):  # another process is at it: it will do
                    connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")  # what a crash of the machine costs is a cache
        except BaseException:
            connection.close()
            raise
        return connection

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Drop what is old, and everything when the file has grown too big."""
        connection.execute("DELETE FROM kept WHERE day < ?", (self._today - _DAYS,))
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        if pages * size > _MOST_BYTES:
            connection.execute("DELETE FROM kept")
            connection.execute("VACUUM")

    def _failed(self, error: Exception) -> None:
        """Do without from now on; what was damaged is made anew by the next run."""
        self.close()
        self._is_off = True
        if _is_damage(error):
            self.trouble = "the cache was damaged, and is made anew by the next run"
            with contextlib.suppress(OSError):
                remove(self.path)
        else:
            self.trouble = self.trouble or f"the cache is not used: {error}"


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file is a store of this layout; NotSupportedError for one of another program."""
    import sqlite3

    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if owner != _APPLICATION and tables:
        raise sqlite3.NotSupportedError("not a cache of goleaklint")
    return bool(owner == _APPLICATION and layout == _LAYOUT)


def _make(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS kept")
    connection.execute("CREATE TABLE kept (key BLOB PRIMARY KEY, day INTEGER, value BLOB) WITHOUT ROWID")
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_LAYOUT}")


def remove(path: Path) -> None:
    """Remove a store with the files that SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{path}{suffix}")


def _is_damage(error: Exception) -> bool:
    import sqlite3

    return isinstance(error, sqlite3.DatabaseError) and any(word in str(error) for word in _DAMAGED)
