#!/usr/bin/python3
"""Runs a command as on a kernel without IPv6: sockets of that family fail with EAFNOSUPPORT.

usage: without_ipv6.py COMMAND ARGUMENTS...
"""
import ctypes
import errno
import os
import socket
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
SOCKET = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
NUMBER, FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data

FILTER = b"".join(struct.pack("=HBBI", *instruction) for instruction in (
    (LOAD, 0, 0, NUMBER), (JUMP_IF_EQUAL, 0, 3, SOCKET),
    (LOAD, 0, 0, FIRST_ARGUMENT), (JUMP_IF_EQUAL, 0, 1, socket.AF_INET6),
    (RETURN, 0, 0, FAIL | errno.EAFNOSUPPORT), (RETURN, 0, 0, ALLOW)))


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    program = Program(len(FILTER) // 8, FILTER)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)):
        sys.exit(f"without_ipv6: {os.strerror(ctypes.get_errno())}")
    try:
        socket.socket(socket.AF_INET6)
    except OSError as error:
        if error.errno != errno.EAFNOSUPPORT:
            raise
    else:
        sys.exit("without_ipv6: the filter has no effect")
    os.execvp(sys.argv[1], sys.argv[1:])


main()
