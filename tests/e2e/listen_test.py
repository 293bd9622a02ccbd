#!/usr/bin/python3
"""Listening on `[::]`: all addresses of the machine, with IPv6, IPv4 or both."""
import pathlib
import socket
import subprocess
import unittest

import harness

CONFIG = "server: {drain_delay: 0s}\nready_without_checks: true\nchecks: []\n"
WITHOUT_IPV6 = str(pathlib.Path(__file__).with_name("without_ipv6.py"))
# The sidecar runs in its own network namespace, prepared by the lines before it.
NETWORK = ["unshare", "--net", "sh", "-ec", 'eval "$1"; shift; exec "$@"', "sh"]
ONLY_IPV4 = "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.lo.disable_ipv6=1; ip link set lo up"
ONLY_IPV6 = "ip link set lo up; ip address del 127.0.0.1/8 dev lo; ip address add fd00::7/128 dev lo nodad"
BOTH = "ip link set lo up; ip address add 10.9.8.7/32 dev lo; ip address add fd00::7/128 dev lo nodad"


class AllAddresses(harness.TestCase):
    def asked_inside(self, sidecar, host):
        """The status of /ready, queried in the sidecar's network namespace."""
        done = subprocess.run(["nsenter", f"--net=/proc/{sidecar.process.pid}/ns/net", "curl", "-sS", "-o", "/dev/null", "-w",
                               "%{http_code}", f"http://{host}:{sidecar.port}/ready"], capture_output=True, text=True, timeout=30)
        return done.stdout if done.returncode == 0 else done.stderr

    def start_inside(self, network):
        try:
            return self.start(CONFIG, listen="[::]:0", prefix=[*NETWORK, network])
        except AssertionError as error:
            if "unshare" in str(error):
                self.skipTest(f"no network namespace can be made here: {error}")
            raise

    def test_with_ipv4_ipv6_and_both(self):
        for network, hosts in ((ONLY_IPV4, ["127.0.0.1"]), (ONLY_IPV6, ["[::1]", "[fd00::7]"]),
                               (BOTH, ["127.0.0.1", "10.9.8.7", "[::1]", "[fd00::7]"])):
            with self.subTest(network):
                sidecar = self.start_inside(network)
                self.assertTrue(sidecar.address.startswith("[::]:"), sidecar.address)
                self.assertEqual({host: self.asked_inside(sidecar, host) for host in hosts}, {host: "200" for host in hosts})

    def test_where_the_kernel_has_no_ipv6_it_listens_on_ipv4_and_reports_it(self):
        sidecar = self.start(CONFIG, listen="[::]:0", prefix=[WITHOUT_IPV6])
        self.assertTrue(sidecar.address.startswith("0.0.0.0:"), sidecar.address)
        self.assertEqual(sidecar.get("/ready").status, 200)
        logged = [line for line in sidecar.log if "IPv6" in line["msg"]]
        self.assertEqual([(line["level"], line["wanted"], line["address"]) for line in logged],
                         [("warn", "[::]:0", sidecar.address)])

    def healthcheck(self, prefix, *where):
        return subprocess.run([*prefix, harness.TELLTALE, "healthcheck", *where], capture_output=True, text=True, timeout=30)

    def test_healthcheck_and_wait_find_it_with_ipv4_ipv6_and_both(self):
        for network in (ONLY_IPV4, ONLY_IPV6, BOTH):
            sidecar = self.start_inside(network)
            inside = ["nsenter", f"--net=/proc/{sidecar.process.pid}/ns/net"]
            file = self.dir / "listen.yaml"
            file.write_text(f"server: {{listen: '[::]:{sidecar.port}'}}\nready_without_checks: true\nchecks: []\n")
            for where in (("-c", str(file)), ("--url", f"http://[::]:{sidecar.port}"),
                          ("--url", f"http://0.0.0.0:{sidecar.port}"), ("--url", f"http://localhost:{sidecar.port}")):
                with self.subTest(network, where=where):
                    done = self.healthcheck(inside, *where)
                    self.assertEqual((done.returncode, done.stdout), (0, "ready check passed\n"))
                    wait = subprocess.run([*inside, harness.TELLTALE, "wait", "--timeout", "1s", *where], capture_output=True,
                                          text=True, timeout=30)
                    self.assertEqual(wait.returncode, 0, wait.stderr)

    def test_healthcheck_finds_it_where_the_kernel_has_no_ipv6(self):
        sidecar = self.start(CONFIG, listen="[::]:0", prefix=[WITHOUT_IPV6])
        done = self.healthcheck([WITHOUT_IPV6], "--url", f"http://[::]:{sidecar.port}")
        self.assertEqual((done.returncode, done.stdout), (0, "ready check passed\n"))

    def test_a_closed_port_is_a_refused_connection_without_ipv6_as_well(self):
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))  # not listening
            done = self.healthcheck([WITHOUT_IPV6], "--url", f"http://[::]:{bound.getsockname()[1]}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Connection refused", done.stdout)

    def test_a_single_ipv6_address_is_refused_there(self):
        done = subprocess.run([WITHOUT_IPV6, harness.TELLTALE, "serve", "-c", "-", "--listen", "[::1]:0"], input=CONFIG, text=True,
                              capture_output=True, timeout=30)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("IPv6 is disabled", done.stderr)


if __name__ == "__main__":
    harness.main()
