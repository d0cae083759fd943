/** A signal that aborts on Ctrl-C or SIGTERM, so that what runs on nodes ends first; a second one ends at once. */
export function abortOnSignal() {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    stopped: () => controller.signal.aborted,
    dispose: () => process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}
