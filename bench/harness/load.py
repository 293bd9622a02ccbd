"""The load generator, and waiting until there is something to load."""
import http.client
import json
import subprocess
import time


def wait_until(condition, what, process=None, patience=30):
    """Polls until the condition is truthy and returns its value."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if process and process.popen.poll() is not None:
            raise RuntimeError(f"{process.name} ended: {process.last_words()}")
        if time.monotonic() > end:
            raise RuntimeError(f"not within {patience} s: {what}")
        time.sleep(0.02)


def body(port, path, timeout=30):
    """The body of a GET, or nothing when the status is not 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.read() if response.status == 200 else None
    except OSError:
        return None
    finally:
        connection.close()


def wait_for(process, port, path):
    """Waits until the server returns 200; returns the body."""
    return wait_until(lambda: body(port, path), f"{process.name} answers {path} with 200", process)


def run(bench, port, path, requests, fresh=False, connections=16, rate=None, accept="*/*"):
    """Results of bench_load, which fails on the first response that is not a complete 200."""
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
