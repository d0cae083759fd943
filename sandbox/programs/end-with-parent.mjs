/** Ends this program when the one that started it is gone, so that nothing outlives the sandbox. */
export function endWithParent() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 500).unref();
}
