"""Stands in for ComfyUI: simulated. It speaks /system_stats, /prompt and /history, loads its custom nodes as the real one
does, and can not start without the package that its requirements name."""
import argparse
import importlib.util
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import standin_dep
import torch
from comfyui_version import __version__

parser = argparse.ArgumentParser()
parser.add_argument("--listen", default="127.0.0.1")
parser.add_argument("--port", type=int, default=8188)
for flag in ("--disable-auto-launch", "--cpu"):
    parser.add_argument(flag, action="store_true")
for name in ("output", "input", "temp", "user"):
    parser.add_argument("--%s-directory" % name)
args = parser.parse_args()
here = os.path.dirname(os.path.abspath(__file__))
nodes = os.path.join(here, "custom_nodes")
for name in sorted(os.listdir(nodes)) if os.path.isdir(nodes) else []:
    path = os.path.join(nodes, name)
    if not os.path.isdir(path) or name.endswith(".disabled"):
        continue
    try:
        spec = importlib.util.spec_from_file_location(name, os.path.join(path, "__init__.py"))
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        failed = ""
    except Exception:
        failed = " (IMPORT FAILED)"
    print("   0.0 seconds%s: %s" % (failed, path), file=sys.stderr)
done = {}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def say(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/system_stats":
            self.say(200, {"system": {"comfyui_version": __version__, "argv": sys.argv, "pytorch_version": torch.__version__}, "devices": []})
        elif self.path.startswith("/history/"):
            key = self.path.rsplit("/", 1)[1]
            self.say(200, {key: done[key]} if key in done else {})
        else:
            self.say(404, {})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = "p%d" % len(done)
        outputs = {number: {"images": [{"filename": "a.png"}]} for number, node in asked["prompt"].items() if node["class_type"] == "PreviewImage"}
        done[key] = {"outputs": outputs, "status": {"status_str": "success", "completed": True}}
        self.say(200, {"prompt_id": key, "number": 1, "node_errors": {}})


server = ThreadingHTTPServer((args.listen, args.port), Handler)
print("To see the GUI go to: http://%s:%d" % (args.listen, args.port), file=sys.stderr)
server.serve_forever()
