/**
 * Where a path of the node really is: the simulated parts stand under paths of their own, everything else is this machine.
 */
export function overlaid(overlay: ReadonlyMap<string, string>): (path: string) => string {
  return (path) => {
    for (const [shown, real] of overlay) {
      if (path === shown) return real;
      if (path.startsWith(`${shown}/`)) return real + path.slice(shown.length);
    }
    return path;
  };
}

/** How the node calls a path of this machine: where a link leads to. */
export function shownAs(overlay: ReadonlyMap<string, string>): (path: string) => string {
  return (path) => [...overlay].find(([, real]) => real === path)?.[0] ?? path;
}
