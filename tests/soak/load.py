"""The client process as controlled by the soak: it runs and pauses on command."""
import contextlib
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


class Load:
    """The process of the clients."""

    def __init__(self, program, stack):
        port, path, *outside = program.addresses
        arguments = [port.rsplit(":", 1)[1], path.removeprefix("unix:"), *(outside[0].rsplit(":", 1) if outside else ())]
        self.process = subprocess.Popen([sys.executable, "-B", str(HERE / "clients.py"), *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.callback(self.end)
        self.last = None

    def _say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def _tell(self, word):
        self._say(word)
        if self.process.stdout.readline().strip() != word:
            raise AssertionError("the clients have ended")

    def run(self):
        self._say("run")

    @contextlib.contextmanager
    def spell(self):
        """A period in which clients may be evicted; they know its beginning and end."""
        self._tell("spell")
        try:
            yield
        finally:
            self._tell("over")

    def pause(self):
        """Ends when every client is idle; returns what they did so far."""
        self._say("pause")
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("the clients have ended")
        self.last = json.loads(line)
        return self.last

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
