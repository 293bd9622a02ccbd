"""The load generator, and waiting until there is something to load."""
import http.client
import json
import subprocess
import time


def wait_for(process, port, path, patience=30):
    """Until the server answers 200."""
    end = time.monotonic() + patience
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            if response.status == 200:
                return body
            trouble = f"status {response.status}"
        except OSError as error:
            trouble = str(error)
        finally:
            connection.close()
        if process.popen.poll() is not None:
            raise RuntimeError(f"{process.name} ended: {process.last_words()}")
        if time.monotonic() > end:
            raise RuntimeError(f"{process.name} does not answer {path}: {trouble}")
        time.sleep(0.01)


def run(bench, port, path, requests, fresh=False, connections=16, rate=None, accept="*/*"):
    """What bench_load found; it ends with an error at the first answer that is not a whole 200."""
    command = [bench.tool("bench_load"), "--port", port, "--path", path, "--requests", requests,
               "--connections", connections, "--accept", accept]
    if fresh:
        command.append("--fresh")
    if rate:
        command += ["--rate", rate]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or "bench_load failed")
    return json.loads(done.stdout)
