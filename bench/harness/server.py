"""A process that listens on a port."""
import dataclasses

from harness.process import Process


@dataclasses.dataclass
class Server:
    process: Process
    port: int
    share: float = 1.0  # of the requests that the others get: slow ones take too long otherwise
