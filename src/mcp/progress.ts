/** Tells a client that a call goes on: what the app says, and while it says nothing, how long it has been. */
export function createProgress(send: (progress: number, message: string) => void, heartbeatMs: number) {
  const begun = Date.now();
  let sent = 0;
  let latest = 'Working';
  // A host takes long silence for a hang and cuts the call.
  const heartbeat = setInterval(
    () => send((sent += 1), `${latest} (${Math.round((Date.now() - begun) / 1_000)} s)`),
    heartbeatMs,
  );
  return {
    say(message: string): void {
      latest = message;
      heartbeat.refresh();
      send((sent += 1), message);
    },
    stop: () => clearInterval(heartbeat),
  };
}
