/**
 * A model server for tests of tuning: simulated. It loads nothing, and what it is told by `--parallel` decides after how
 * long it answers `/work`, in milliseconds; with a value that is not in the table it does not come up.
 */
export const standInServer = `
import http.server, json, sys, time
port, table = int(sys.argv[1]), json.loads(sys.argv[2])
after = table[sys.argv[sys.argv.index("--parallel") + 1]] / 1000
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/work":
            time.sleep(after)
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *words):
        pass
http.server.HTTPServer.allow_reuse_address = True
http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()
`;
