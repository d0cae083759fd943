"""SIMULATED: stands in for a container engine on a unix socket, and for the Ollama and ComfyUI that its containers would be.

Answers what /opt/engine/answers.json says, by path without the query: a JSON value, or a text.
"""
import http.server
import json
import socketserver
import threading

with open("/opt/engine/answers.json") as file:
    answers = json.load(file)


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("?")[0]
        found = path in answers
        value = answers.get(path, {"message": "page not found"})
        body = value.encode("latin-1") if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(200 if found else 404)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "unix"

    def log_message(self, *words):
        pass


class Unix(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


http.server.ThreadingHTTPServer.allow_reuse_address = True
servers = [http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer) for port in (11434, 8188)]
servers.append(Unix("/run/engine.sock", Answer))
for server in servers[1:]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
with open("/opt/engine/ready", "w") as file:
    file.write("ready")
servers[0].serve_forever()
