"""Listens for SSH in the network of this machine, then goes on as the planted node, which has a network of its own.

Prints the port. Arguments: the interpreter, the folder of the node, how long it has been up, its disk. Standard input stays open as long as the node is wanted.
"""
import os
import socket
import sys
import time

interpreter, folder, uptime, room = sys.argv[1:]
listener = socket.create_server(("127.0.0.1", 0), backlog=16)
os.dup2(listener.fileno(), 9, inheritable=True)
print(listener.getsockname()[1], flush=True)
own = ["--mount", "--pid", "--net", "--time", "--boottime", str(int(uptime) - int(time.clock_gettime(time.CLOCK_BOOTTIME))), "--fork", "--kill-child"]
mount = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mount.sh")
# However the test ends, the node ends with it.
os.execvp("setpriv", ["setpriv", "--pdeathsig", "KILL", "unshare", *own, "sh", mount, interpreter, folder, room])
