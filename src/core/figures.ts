import { bytesText } from './format.ts';
import type { Json } from './json.ts';

/** A figure is named for what it is in: `latencyMs`, `gpuFreeBytes`. */
const units: readonly { readonly end: RegExp; text(value: number): string }[] = [
  { end: /Ms$/, text: (value) => `${value} ms` },
  { end: /Bytes$/, text: bytesText },
];

/** `gpuFreeBytes` is the `gpu free`. */
export const figureName = (name: string): string =>
  units
    .reduce((text, { end }) => text.replace(end, ''), name)
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** A figure in what it is in; empty for one that nobody tells. */
export function figureText(name: string, figures: Json | undefined): string {
  const value = figureOf(name, figures);
  if (value === undefined || value === null) return '';
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  return units.find(({ end }) => end.test(name))?.text(value) ?? String(value);
}

/** Undefined where there is none of that name. */
export const figureOf = (name: string, figures: Json | undefined): Json | undefined =>
  isMapping(figures) ? figures[name] : undefined;

const isMapping = (json: Json | undefined): json is { readonly [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** All names that either of two measurings has, in their order. */
export const figureNames = (before: Json | undefined, after: Json | undefined): readonly string[] => [
  ...new Set([before, after].flatMap((figures) => (isMapping(figures) ? Object.keys(figures) : []))),
];
