"""Runs the checks of docs/recipes.md against stand-ins that answer as the real servers do, healthy and broken."""
import http.server
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import unittest

TELLTALE = os.environ["TELLTALE"]
PAGE = pathlib.Path(os.environ["TELLTALE_SOURCE"]) / "docs/recipes.md"
TOKENS = {"QDRANT_API_KEY": "qdrant-secret", "VLLM_API_KEY": "vllm-secret"}


def as_json(value, status=200, kind="application/json"):
    return status, kind, json.dumps(value)


INDEX = '<!doctype html>\n<html lang="en"><body><div id="root"></div><script type="module" src="/a.js"></script></body></html>\n'
WELCOME = "<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head><body></body></html>\n"
BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n"
HTML = "text/html"
EMPTY = (200, None, "")
FASTAPI_MISSING = as_json({"detail": "Not Found"}, 404)
MODELS = {"object": "list", "data": [{"id": "meta-llama/Llama-3.1-8B-Instruct", "object": "model", "owned_by": "vllm"}]}
SPRING = "application/vnd.spring-boot.actuator.v3+json"


def collection(status):
    return as_json({"result": {"status": status, "optimizer_status": "ok", "points_count": 7}, "status": "ok", "time": 1e-5})


# For each recipe: the replies of a healthy server by path, and faults: (changed replies, check, reason, words).
RECIPES = {
    "FastAPI": ({"/health": as_json({"status": "ok"})}, [
        ({"/health": FASTAPI_MISSING}, "api", "missing", "404 Not Found"),
        ({"/health": (500, "text/plain; charset=utf-8", "Internal Server Error")}, "api", "refused", "500 Internal"),
        ({"/health": (200, HTML, INDEX)}, "api", "mismatch", "the body is an HTML page, expected JSON"),
        ({"/health": as_json({"status": "fail", "checks": {"redis": [{"status": "fail", "output": "refused"}]}}, 503,
                             "application/health+json")}, "api", "refused", "component 'redis' fails: refused"),
    ]),
    "React and Vite": ({"/": (200, HTML, INDEX)}, [
        ({"/": (200, HTML, WELCOME)}, "frontend", "mismatch", "does not contain the expected text"),
        ({"/": (403, HTML, "")}, "frontend", "denied", "403 Forbidden"),
    ]),
    "nginx": ({"/healthz": (200, "text/plain", "ok"), "/api/health www.example.org": as_json({"status": "ok"})}, [
        ({"/api/health www.example.org": (502, HTML, BAD_GATEWAY)}, "site", "refused", "502 Bad Gateway: a proxy"),
        ({"/api/health www.example.org": (504, HTML, "")}, "site", "timeout", "504 Gateway Timeout"),
        ({"/healthz": (200, HTML, WELCOME)}, "nginx", "mismatch", "does not contain"),
    ]),
    "Label Studio": ({"/health": (200, "text/html; charset=utf-8", '{"status": "UP"}')}, [
        ({"/health": (502, HTML, BAD_GATEWAY)}, "label-studio", "refused", "502 Bad Gateway"),
    ]),
    "MinIO": ({"/minio/health/live": EMPTY, "/minio/health/cluster": EMPTY}, [
        ({"/minio/health/cluster": (503, None, "")}, "minio-quorum", "refused", "503 Service Unavailable"),
        ({"/minio/health/live": (503, None, "")}, "minio", "refused", "503 Service Unavailable"),
    ]),
    "Qdrant": ({"/readyz": (200, "text/plain", "all shards are ready"),
                "/collections/documents qdrant-secret": collection("yellow")}, [
        ({"/readyz": (503, "text/plain", "some shards are not ready")}, "qdrant", "refused", "503 Service"),
        ({"/collections/documents qdrant-secret": collection("red")}, "documents", "mismatch", '/result/status "red"'),
        ({"/collections/documents qdrant-secret": as_json({"status": {"error": "Not found"}}, 404)}, "documents",
         "missing", "404 Not Found"),
        ({"/collections/documents qdrant-secret": (401, "text/plain", "Must provide an API key")}, "documents", "auth",
         "does not accept the credentials"),
    ]),
    "Kafka UI": ({"/actuator/health": as_json({"status": "UP", "groups": ["liveness", "readiness"]}, 200, SPRING),
                  "/api/clusters": as_json([{"name": "local", "status": "online", "brokerCount": 1}])}, [
        ({"/api/clusters": as_json([{"name": "local", "status": "offline", "brokerCount": 0}])}, "kafka-cluster",
         "mismatch", '/0/status "offline", expected online'),
        ({"/actuator/health": as_json({"status": "DOWN"}, 503, SPRING)}, "kafka-ui", "refused", "503 Service"),
    ]),
    "vLLM": ({"/health": EMPTY, "/v1/models Bearer vllm-secret": as_json(MODELS)}, [
        ({"/health": (503, None, "")}, "vllm", "refused", "503 Service Unavailable"),
        ({"/v1/models Bearer vllm-secret": as_json({"object": "list", "data": [{"id": "other"}]})}, "model", "mismatch",
         '/data/0/id "other"'),
        ({"/v1/models Bearer vllm-secret": as_json({"error": "Unauthorized"}, 401)}, "model", "auth", "credentials"),
    ]),
    "Triton": ({"/v2/health/ready": EMPTY, "/v2/models/resnet50/ready": EMPTY}, [
        ({"/v2/health/ready": (400, None, "")}, "triton", "refused", "400 Bad Request"),
        ({"/v2/models/resnet50/ready": (400, None, "")}, "resnet", "refused", "400 Bad Request"),
    ]),
}


class StandIn(http.server.BaseHTTPRequestHandler):
    """Answers the paths of `replies`; a key may name the Host or the credentials that it wants besides."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = [self.path] + [f"{self.path} {self.headers[name]}" for name in ("Host", "api-key", "Authorization")]
        found = [reply for key, reply in self.server.replies.items() if key in wanted]
        status, kind, body = found[0] if found else (404, "text/plain", "no such path")
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def run(yaml, replies):
    """The results of `telltale check` by name; every address of the configuration is that of the stand-in."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    server.replies = replies
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        here = re.sub(r"(https?)://[^/\"]+", rf"\1://127.0.0.1:{server.server_port}", yaml)
        assert here != yaml
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(here + "\ndefaults: {timeout: 8s}\n")
            file.flush()
            done = subprocess.run([TELLTALE, "check", "-c", file.name, "--format", "json"], text=True, capture_output=True,
                                  env={**os.environ, **TOKENS}, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        return {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    finally:
        server.shutdown()
        server.server_close()


def recipes():
    sections = re.split(r"^## ", PAGE.read_text(), flags=re.M)[1:]
    for section in sections:
        blocks = re.findall(r"^```yaml\n(.*?)^```$", section, re.S | re.M)
        if any("type: http" in block for block in blocks):
            yield section.split("\n", 1)[0], blocks


class Recipes(unittest.TestCase):
    def test_the_page_and_the_stand_ins_have_the_same_recipes(self):
        self.assertEqual([name for name, _ in recipes()], list(RECIPES))

    def test_a_healthy_server_passes(self):
        for name, blocks in recipes():
            for block in blocks:
                with self.subTest(name):
                    for found in run(block, RECIPES[name][0]).values():
                        self.assertEqual((found["reason"], found["verdict"]), ("ok", "pass"), found["message"])

    def test_a_broken_server_fails_as_the_page_says(self):
        for name, blocks in recipes():
            healthy, faults = RECIPES[name]
            for changed, check, reason, words in faults:
                with self.subTest(name, check=check, words=words):
                    found = run("".join(blocks), {**healthy, **changed})
                    self.assertEqual(found[check]["verdict"], "fail")
                    self.assertEqual(found[check]["reason"], reason, found[check]["message"])
                    self.assertIn(words, found[check]["message"])
                    others = [other["message"] for name, other in found.items() if name != check and other["verdict"] != "pass"]
                    self.assertEqual(others, [])
                    self.assertNotIn("-secret", json.dumps(found))


if __name__ == "__main__":
    unittest.main()
