"""A service that says what it is told to, and answers HTTP if it is told to.

It is called by the name of the program that it stands in for, and finds what to do in /opt/programs/NAME.json, where
NAME is in SITUATION_PROGRAM: lines to say, then seconds to live and an exit status, or a port and what is answered there.
"""
import json
import os
import socket
import sys
import time

with open(f"/opt/programs/{os.environ['SITUATION_PROGRAM']}.json") as file:
    told = json.load(file)


def say(lines):
    for line in lines:
        sys.stderr.write(line.replace("@PID@", str(os.getpid())) + "\n")
    sys.stderr.flush()


def is_so(wanted):
    try:
        with open(wanted["file"], "rb") as file:
            content = file.read()
    except OSError:
        return False
    return len(content) >= wanted.get("bytes", 0) and wanted.get("holds", "").encode() in content


def is_up(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as asked:
            asked.sendall(b"GET /health HTTP/1.0\r\n\r\n")
            return b" 200 " in asked.recv(64)
    except OSError:
        return False


def poll(queue, identity):
    # As Temporal keeps it: who asked last, and when.
    os.makedirs("/run/temporal", exist_ok=True)
    while True:
        seen = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with open("/run/temporal/asked", "w") as file:
            json.dump({"identity": identity, "lastAccessTime": seen}, file)
        os.rename("/run/temporal/asked", f"/run/temporal/{queue}")
        time.sleep(0.5)


def pollers(path):
    queue = path.split("/task-queues/")[1].split("?")[0].replace("%40", "@")
    if "ACTIVITY" not in path or not os.path.exists(f"/run/temporal/{queue}"):
        return []
    with open(f"/run/temporal/{queue}") as file:
        return [json.load(file)]


def answer(path):
    if "/task-queues/" in path:
        return 200, json.dumps({"pollers": pollers(path)})
    status, body = told["answers"].get(path, [404, {"detail": "Not Found"}])
    for field, port in told.get("asks", {}).items():
        if not is_up(port):
            status, body = 503, {**body, "status": "degraded", field: "down"}
    return status, body if isinstance(body, str) else json.dumps(body)


def serve(listener):
    while True:
        connection, _ = listener.accept()
        with connection:
            asked = connection.recv(4096).decode("latin1").split(" ")
            if told.get("hangs"):
                time.sleep(600)
            status, body = answer(asked[1] if len(asked) > 1 else "/")
            head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            connection.sendall((head + body).encode())


until = told.get("until")
if until and not is_so(until):
    if until.get("waits"):
        say(until["does"].get("says", []))
        while not is_so(until):
            time.sleep(0.1)
    else:
        told = until["does"]

# What works on a GPU has its device open for as long as it lives.
if os.path.exists("/dev/nvidia0") and not told.get("blind"):
    os.open("/dev/nvidia0", os.O_RDWR)

listener = None
if "port" in told:
    try:
        listener = socket.create_server(("127.0.0.1", told["port"]))
    except OSError:
        say(told.get("busy", []))
        sys.exit(1)
say(told.get("says", []))
if "exit" in told:
    time.sleep(told.get("after", 0))
    say(told.get("last", []))
    sys.exit(told["exit"])
if "polls" in told:
    poll(**told["polls"])
if listener is None:
    time.sleep(600)
serve(listener)
