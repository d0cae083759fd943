/**
 * Starts ComfyUI from a release on a free port of the loopback, asks it for its figures and for a picture that wants no
 * model, and ends it with all that it started. Python, because a release has one, and a node need not have curl.
 *
 * Words: the release, the seconds in which it must have answered, further words of its command line. What it says is its
 * version and the custom nodes that it could not load; those of a release are written into its stamp. It runs in a session
 * of its own, so that its children end with it, and it and its folder are gone whatever ends this.
 */
export const validateComfyui = `
import json, os, re, shutil, signal, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

release, seconds, words = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
stamp = os.path.join(release, ".rackhand", "validate")

def stop(number, frame):
    sys.exit(128 + number)

for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, stop)
asker = urllib.request.build_opener(urllib.request.ProxyHandler({}))
scratch = tempfile.mkdtemp(prefix="rackhand-comfyui-")
log = os.path.join(scratch, "log")
child = None

def told():
    with open(log, "rb") as file:
        return file.read().decode("utf-8", "replace")

def fail(text):
    print(text, *told().splitlines()[-15:], sep="\\n", file=sys.stderr)
    sys.exit(70)

def ask(path, body=None):
    request = urllib.request.Request("http://127.0.0.1:%d%s" % (port, path), data=body and json.dumps(body).encode())
    if body:
        request.add_header("Content-Type", "application/json")
    with asker.open(request, timeout=10) as answer:
        return json.load(answer)

def until(what, look):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if child.poll() is not None:
            fail("It ended with exit code %s before %s." % (child.returncode, what))
        try:
            found = look()
        except urllib.error.HTTPError as error:
            fail("It answered %s: %s" % (error.code, error.read().decode("utf-8", "replace")[:600]))
        except (OSError, ValueError):
            found = None
        if found:
            return found
        time.sleep(0.1)
    fail("After %d s still nothing: %s." % (seconds, what))

prompt = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0}},
    "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
}
try:
    if os.path.exists(stamp):
        os.remove(stamp)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "main.py", "--listen", "127.0.0.1", "--port", str(port), "--disable-auto-launch"]
    for name in ("output", "input", "temp", "user"):
        folder = os.path.join(scratch, name)
        os.mkdir(folder)
        command += ["--%s-directory" % name, folder]
    with open(log, "wb") as file:
        child = subprocess.Popen(command + words, cwd=release, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)
    stats = until("it answered /system_stats", lambda: ask("/system_stats"))
    asked = until("it took a prompt", lambda: ask("/prompt", {"prompt": prompt, "client_id": "rackhand"}))
    if asked.get("node_errors"):
        fail("It refused a prompt that wants no model: %s" % json.dumps(asked["node_errors"])[:600])
    made = until("the prompt was done", lambda: ask("/history/" + asked["prompt_id"]).get(asked["prompt_id"]))
    status = made.get("status") or {}
    if status.get("status_str", "success") != "success" or not made.get("outputs"):
        fail("A prompt that wants no model failed: %s" % json.dumps(status)[:600])
    version = (stats.get("system") or {}).get("comfyui_version") or "unknown"
    failed = sorted(set(re.findall(r"\\(IMPORT FAILED\\):? .*?([^/\\s]+)\\s*$", told(), re.M)))
    lines = ["version " + version] + ["failed " + name for name in failed]
    with open(stamp + ".new", "w") as file:
        file.write("\\n".join(lines) + "\\n")
    os.replace(stamp + ".new", stamp)
    print("\\n".join(lines))
finally:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    if child:
        for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
            try:
                os.killpg(child.pid, number)
                child.wait(patience)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
    shutil.rmtree(scratch, ignore_errors=True)
`;
