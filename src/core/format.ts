/** Bytes as people read them, in binary units: `4.6 GiB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** A span of time as people read it, two units at most: `3 d 4 h`, `1 min 5 s`, `0.4 s`. */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1).replace(/\.0$/, '')} s`;
  const whole = Math.round(seconds);
  const parts = (
    [
      ['d', 86_400],
      ['h', 3_600],
      ['min', 60],
      ['s', 1],
    ] as const
  ).map(([unit, size], index, sizes) => {
    const above = sizes[index - 1]?.[1] ?? Number.POSITIVE_INFINITY;
    return [Math.floor((whole % above) / size), unit] as const;
  });
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** `1 node`, `2 nodes`. */
export const count = (many: number, singular: string, plural = `${singular}s`): string =>
  `${many} ${many === 1 ? singular : plural}`;
