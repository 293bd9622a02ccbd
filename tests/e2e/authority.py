"""Creates certificates for tests with the openssl tool."""
import subprocess


class Authority:
    """A certificate authority; all its files are in its directory."""

    def __init__(self, directory):
        self.dir = directory
        self.cert = directory / "ca.crt"
        self.key = directory / "ca.key"
        self.run("req", "-x509", *self.new_key(self.key), "-out", self.cert, "-subj", "/CN=test authority", "-days", "2")

    def run(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, cwd=self.dir)

    @staticmethod
    def new_key(path):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path)

    def issue(self, name, days=2, hosts="DNS:localhost,IP:127.0.0.1"):
        """Returns paths of certificate and key."""
        cert, key, request, extensions = (self.dir / f"{name}.{end}" for end in ("crt", "key", "csr", "ext"))
        extensions.write_text(f"subjectAltName={hosts}\n")
        self.run("req", *self.new_key(key), "-out", request, "-subj", f"/CN={name}")
        self.run("x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self.key, "-CAcreateserial",
                 "-extfile", extensions, "-days", days, "-out", cert)
        return cert, key

    def self_signed(self, name):
        cert, key = self.dir / f"{name}.crt", self.dir / f"{name}.key"
        self.run("req", "-x509", *self.new_key(key), "-out", cert, "-subj", f"/CN={name}", "-days", "2",
                 "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        return cert, key
