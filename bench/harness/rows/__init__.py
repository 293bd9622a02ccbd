"""The rows of the table, in order. Each module has NUMBER, NAME, TITLE and run(bench) -> [table.Line]."""
from harness.rows import (first_answer, healthcheck, idle, keep_alive, latency, memory, network, new_connection,
                          per_check, reach, scrape, sqlite_inspect)

ALL = [keep_alive, new_connection, scrape, latency, memory, first_answer, idle, per_check, reach, healthcheck,
       sqlite_inspect, network]
