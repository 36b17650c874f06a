"""The store: bytes by key that survive the process, and never fail a run."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from goleaklint import store
from goleaklint.store import Store, digest


def kept(folder: Path) -> Path:
    return folder / store.FILE_NAME


def test_what_is_put_is_there_for_the_next_process(tmp_path: Path) -> None:
    """A value is found again by another store on the same folder; an unknown key is None, and makes no file."""
    assert Store(tmp_path / "new").get(b"k") is None
    assert not (tmp_path / "new").exists()
    first = Store(tmp_path / "new")
    first.put(b"k", b"one")
    first.put(b"k", b"two")
    assert (Store(tmp_path / "new").get(b"k"), Store(tmp_path / "new").get(b"other")) == (b"two", None)
    assert first.trouble == ""


def test_the_parts_of_a_digest_do_not_run_together() -> None:
    """`ab`, `c` and `a`, `bc` are two things."""
    assert digest(b"ab", b"c") != digest(b"a", b"bc")
    assert digest(b"ab", b"c") == digest(b"ab", b"c")


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b""], ids=["garbage", "empty"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    """Garbage in place of the file costs the values, not the run, and is told; an empty file is a new one."""
    kept(tmp_path).write_bytes(content)
    broken = Store(tmp_path)
    assert broken.get(b"k") is None
    broken.put(b"k", b"v")
    assert broken.get(b"k") == b"v"
    assert broken.trouble == ("the cache was damaged, and is made anew" if content else "")


def test_damage_in_the_middle(tmp_path: Path) -> None:
    """Pages that were overwritten are found out when they are read: the file goes, and the next store starts anew."""
    full = Store(tmp_path)
    for number in range(200):
        full.put(b"k%d" % number, b"v" * 3000)
    full.close()
    with sqlite3.connect(kept(tmp_path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(kept(tmp_path).read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    kept(tmp_path).write_bytes(data)
    broken = Store(tmp_path)
    assert [broken.get(b"k%d" % number) for number in range(200)] == [None] * 200
    assert broken.trouble == "the cache was damaged, and is made anew by the next run"
    after = Store(tmp_path)
    after.put(b"k", b"v")
    assert (after.get(b"k"), after.trouble) == (b"v", "")


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """A database that is not ours is neither read nor changed."""
    with sqlite3.connect(kept(tmp_path)) as connection:
        connection.execute("CREATE TABLE kept (key BLOB, day INTEGER, value BLOB)")
        connection.execute("INSERT INTO kept VALUES (?, 0, ?)", (b"k", b"theirs"))
    before = kept(tmp_path).read_bytes()
    foreign = Store(tmp_path)
    assert foreign.get(b"k") is None
    foreign.put(b"k", b"ours")
    assert foreign.get(b"k") is None
    assert foreign.trouble == "the cache is not used: not a cache of goleaklint"
    assert kept(tmp_path).read_bytes() == before


def test_another_layout_is_made_anew(tmp_path: Path) -> None:
    """A file of another version of the program is ours to replace, without a word."""
    Store(tmp_path).put(b"k", b"old")
    with sqlite3.connect(kept(tmp_path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    newer = Store(tmp_path)
    assert newer.get(b"k") is None
    newer.put(b"k", b"new")
    assert (newer.get(b"k"), newer.trouble) == (b"new", "")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file stands where the folder should be: the store is off, and says so."""
    (tmp_path / "file").write_text("")
    store_in_file = Store(tmp_path / "file" / "below")
    store_in_file.put(b"k", b"v")
    assert store_in_file.get(b"k") is None
    assert store_in_file.trouble.startswith("the cache is not used: ")


def test_what_nobody_asks_for_is_dropped(tmp_path: Path) -> None:
    """Thirty days without a question; a question makes a value young again."""
    old = Store(tmp_path)
    old.put(b"asked", b"1")
    old.put(b"forgotten", b"2")
    long_ago = int(time.time()) // 86_400 - 40
    with sqlite3.connect(kept(tmp_path)) as connection:
        connection.execute("UPDATE kept SET day = ?", (long_ago,))
    later = Store(tmp_path)
    assert later.get(b"asked") == b"1"
    later.put(b"new", b"3")
    assert [later.get(key) for key in (b"asked", b"forgotten", b"new")] == [b"1", None, b"3"]


def test_two_processes_at_once(tmp_path: Path) -> None:
    """Each of eight processes puts a hundred values at the same time as the others, and all are there."""
    code = (
        "import sys; from pathlib import Path; from goleaklint.store import Store; s = Store(Path(sys.argv[1]))\n"
        "for n in range(100): s.put(f'{sys.argv[2]} {n}'.encode(), b'v')\n"
        "print(s.trouble)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(8)
    ]
    assert [process.communicate()[0] for process in running] == ["\n"] * 8
    after = Store(tmp_path)
    assert {after.get(f"{who} {number}".encode()) for who in range(8) for number in range(100)} == {b"v"}


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When there is no more room the store does without, and says so once."""
    crowded = Store(tmp_path)
    crowded.put(b"k", b"v")
    assert crowded._connection is not None
    crowded._connection.execute("PRAGMA max_page_count = 4")
    crowded.put(b"big", os.urandom(100_000))
    assert crowded.trouble == "the cache is not used: database or disk is full"
    assert crowded.get(b"k") is None
    assert Store(tmp_path).get(b"k") == b"v"


def test_the_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable names it, else the system does."""
    monkeypatch.setenv("GOLEAKLINT_CACHE_DIR", "/some/where")
    assert store.directory() == Path("/some/where")
    monkeypatch.delenv("GOLEAKLINT_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    if sys.platform == "linux":
        assert store.directory() == Path("/caches/goleaklint")
