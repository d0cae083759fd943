"""The first process of a planted node: brings up its loopback, starts what is planned, serves SSH, and ends with the test.

Prints "ready" when the files of the plan hold what they must, and ends with what they lack when that takes too long.
"""
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
import time

with open("/opt/situation/plan.json") as file:
    plan = json.load(file)


def reap(*_):
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def start(words, connection=None):
    if os.fork():
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    silent = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1):
        os.dup2(silent if connection is None else connection.fileno(), fd)
    os.dup2(silent, 2)
    os.execvp(words[0], words)


def run(lines):
    for line in lines:
        if os.system(line):
            sys.exit(f"failed: {line}")


def holds(wanted):
    try:
        with open(wanted["file"], errors="replace") as file:
            return file.read().count(wanted["text"]) >= wanted["times"]
    except FileNotFoundError:
        return False


up = struct.pack("16sh", b"lo", 0x1)
fcntl.ioctl(socket.socket(), 0x8914, up)
run(plan["before"])
listener = socket.socket(fileno=9)
os.set_inheritable(9, False)
signal.signal(signal.SIGCHLD, reap)
for words in plan["start"]:
    start(words)

ready = False
late = time.monotonic() + 40
while True:
    came, _, _ = select.select([listener, sys.stdin], [], [], None if ready else 0.03)
    if sys.stdin in came and not os.read(0, 1):
        sys.exit()
    if listener in came:
        connection, _ = listener.accept()
        start([plan["sshd"], "-i", "-f", "/opt/situation/sshd_config", "-E", "/opt/situation/sshd.log"], connection)
        connection.close()
    lacking = [] if ready else [wanted for wanted in plan["ready"] if not holds(wanted)]
    if lacking and time.monotonic() > late:
        sys.exit(f"not ready: {lacking}")
    if not ready and not lacking:
        ready = True
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        run(plan["after"])
        signal.signal(signal.SIGCHLD, reap)
        reap()
        print("ready", flush=True)
