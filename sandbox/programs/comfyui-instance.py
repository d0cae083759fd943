"""A stand-in of one ComfyUI instance: its command line, the line it writes when it listens, and /system_stats.

Not ComfyUI. `fail` beside it, with the number of a GPU in it, makes the instance of that GPU end after its start.
"""
import argparse, http.server, json, os, pathlib, sys

given = argparse.ArgumentParser()
for name in ("--listen", "--port", "--output-directory", "--input-directory"):
    given.add_argument(name)
given.add_argument("--cpu", action="store_true")
args, _ = given.parse_known_args()
gpu = os.environ.get("CUDA_VISIBLE_DEVICES", "all")
print("Total VRAM 24576 MB, total RAM 65536 MB", file=sys.stderr, flush=True)
fails = pathlib.Path(__file__).with_name("fail")
if fails.exists() and fails.read_text().strip() == gpu:
    sys.exit("RuntimeError: CUDA error: out of memory")


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"system": {"argv": sys.argv}, "devices": [{"name": f"stand-in of GPU {gpu}"}]}).encode()
        self.send_response(200 if self.path == "/system_stats" else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer((args.listen or "127.0.0.1", int(args.port or 8188)), Answer)
print(f"To see the GUI go to: http://{args.listen}:{args.port}", file=sys.stderr, flush=True)
server.serve_forever()
