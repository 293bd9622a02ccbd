"""The rows of the table, in order. Each module has NUMBER, NAME, TITLE and run(bench) -> [table.Line]."""
from harness.rows import keep_alive, latency, new_connection, scrape

ALL = [keep_alive, new_connection, scrape, latency]
