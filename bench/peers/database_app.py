"""An application with many SQLite databases: database_app.py FOLDER COUNT, until it is ended."""
import pathlib
import signal
import sqlite3
import sys

opened = []
for number in range(int(sys.argv[2])):
    db = sqlite3.connect(pathlib.Path(sys.argv[1]) / f"{number}.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("CREATE TABLE t (x)")
    db.execute("INSERT INTO t VALUES (1)")
    reader = db.execute("SELECT * FROM t UNION ALL SELECT * FROM t")
    reader.fetchone()
    opened.append((db, reader))
signal.pause()
