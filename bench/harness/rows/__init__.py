"""The rows of the table, in order. Each module has NUMBER, NAME, TITLE and run(bench) -> [table.Line]."""
from harness.rows import (first_answer, healthcheck, idle, keep_alive, latency, memory, network, new_connection,
                          per_check, scrape, sqlite_inspect, ten_thousand)

ALL = [keep_alive, new_connection, scrape, latency, memory, first_answer, idle, per_check, ten_thousand, healthcheck,
       sqlite_inspect, network]
