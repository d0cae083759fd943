/**
 * Looks again and again until the condition holds; fails after `withinMs`. After a look that took long it waits longer: what
 * it waits for needs the processor too.
 */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  for (let began = performance.now(); !(await holds()); began = performance.now()) {
    const now = performance.now();
    if (now > end) throw new Error(`still not so after ${withinMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(500, Math.max(20, now - began))));
  }
}
