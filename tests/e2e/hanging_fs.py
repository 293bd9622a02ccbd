"""A FUSE file system that hangs on request: copies of a directory's files, in its own mount namespace.

Uses the raw protocol of /dev/fuse (linux/fuse.h), so that no package is needed. A request without a response keeps its
caller in an uninterruptible sleep: SIGKILL waits as well, as with a dead NFS server. Nothing can be left behind: mounts
belong to the test's own namespace, and the end of the serving process ends the connection.
"""
import ctypes
import errno
import os
import pathlib
import select
import stat
import struct
import subprocess
import sys

CLONE_NEWNS = 0x20000
MS_REC_PRIVATE = 1 << 14 | 1 << 18
MNT_DETACH = 2
LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS, RELEASE = 1, 2, 3, 14, 15, 17, 18
FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, INTERRUPT, BATCH_FORGET = 25, 26, 27, 28, 29, 36, 42
HEADER = struct.Struct("<IIQQIIII")
LARGEST_REQUEST = 1 << 18

libc = ctypes.CDLL(None, use_errno=True)


class Volume:
    """One connection: the root is node 1, its files are 2 and up."""

    def __init__(self, directory, mount_point):
        self.directory = pathlib.Path(directory)
        self.copy()
        self.held = []
        self.hanging = False
        self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0,allow_other"
        # A type that counts as local: a database on another type is a warning.
        if libc.mount(b"hanging", str(mount_point).encode(), b"fuse.bindfs", 0, options.encode()) != 0:
            raise OSError(ctypes.get_errno(), "cannot mount a FUSE file system")
        self.take()  # INIT: from here on the mount responds

    def copy(self):
        """Sets the contents of the files; their names stay."""
        self.files = [(path.name.encode(), path.read_bytes()) for path in sorted(self.directory.iterdir())]

    def take(self):
        request = os.read(self.fd, LARGEST_REQUEST)
        if self.hanging:
            self.held.append(request)
        else:
            self.serve(request)

    def answer_held(self):
        while self.held:
            self.serve(self.held.pop(0))

    def serve(self, request):
        _, opcode, unique, node, *_ = HEADER.unpack_from(request)
        if opcode in (FORGET, BATCH_FORGET, INTERRUPT):
            return
        body = self.reply(opcode, node, request[HEADER.size:])
        error, data = (-body, b"") if isinstance(body, int) else (0, body)
        try:
            os.write(self.fd, struct.pack("<IiQ", 16 + len(data), error, unique) + data)
        except FileNotFoundError:  # the caller gave up while the request was held
            pass

    def reply(self, opcode, node, rest):
        if opcode == INIT:
            major, minor, readahead = struct.unpack_from("<III", rest)
            return struct.pack("<IIIIHHIIHHI28x", 7, 31, readahead, 0, 12, 9, 1 << 16, 1, 0, 0, 0)
        if opcode == LOOKUP:
            names = [name for name, _ in self.files]
            name = rest.rstrip(b"\0")
            if name not in names:
                return errno.ENOENT
            node = names.index(name) + 2
            return struct.pack("<QQQQII", node, 0, 0, 0, 0, 0) + self.attributes(node)  # disables caching
        if opcode == GETATTR:
            return struct.pack("<QII", 0, 0, 0) + self.attributes(node)
        if opcode in (OPEN, OPENDIR):
            return struct.pack("<QII", 0, 1, 0)  # FOPEN_DIRECT_IO: every read comes here
        if opcode == READ:
            _, offset, size = struct.unpack_from("<QQI", rest)
            return self.files[node - 2][1][offset:offset + size]
        if opcode == STATFS:
            return struct.pack("<QQQQQIIII24x", 1000, 900, 900, 1000, 900, 4096, 255, 4096, 0)
        if opcode in (READDIR, FLUSH, RELEASE, RELEASEDIR):
            return b""
        return errno.ENOSYS

    def attributes(self, node):
        size = 0 if node == 1 else len(self.files[node - 2][1])
        mode, links = (stat.S_IFDIR | 0o755, 2) if node == 1 else (stat.S_IFREG | 0o644, 1)
        return struct.pack("<QQQQQQIIIIIIIIII", node, size, 8, 0, 0, 0, 0, 0, 0, mode, links, 0, 0, 0, 4096, 0)


def serve(directory, *mount_points):
    """Executes the commands on standard input, and ends with it."""
    volumes = {v.fd: v for v in (Volume(directory, m) for m in mount_points)}
    print("ready", flush=True)
    while True:
        for fd in select.select([0, *volumes], [], [])[0]:
            if fd != 0:
                volumes[fd].take()
                continue
            word = os.read(0, 64).strip()
            if not word:
                return
            for volume in volumes.values():
                if word == b"copy":
                    volume.copy()
                    continue
                volume.hanging = word == b"hang"
                if not volume.hanging:
                    volume.answer_held()
            print("done", flush=True)


class HangingMounts:
    """Mounts with copies of `directory`'s files; skips the test when mounting is not possible."""

    def __init__(self, test, directory, mount_points):
        self.mount_points = mount_points
        for point in mount_points:
            point.mkdir()
        self.process = subprocess.Popen([sys.executable, "-B", __file__, directory, *mount_points], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        test.addCleanup(self.close)
        if self.process.stdout.readline() != "ready\n":
            test.skipTest(f"no FUSE here: {self.process.stderr.read().strip().splitlines()[-1]}")

    def _say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def hang(self):
        self._say("hang")

    def answer(self):
        self._say("answer")

    def copy(self):
        """Shows the current contents of the directory's files."""
        self._say("copy")

    def close(self):
        """Ends the connections: pending calls fail. The mount points can be removed afterwards."""
        self.process.kill()
        self.process.wait()
        for point in self.mount_points:
            libc.umount2(str(point).encode(), MNT_DETACH)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


def own_mounts():
    """Moves this process to its own mount namespace; returns why that failed."""
    if libc.unshare(CLONE_NEWNS) != 0 or libc.mount(None, b"/", None, MS_REC_PRIVATE, None) != 0:
        return f"mount namespaces are not permitted here: {os.strerror(ctypes.get_errno())}"
    return None


if __name__ == "__main__":
    serve(*sys.argv[1:])
