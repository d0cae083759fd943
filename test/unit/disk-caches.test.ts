import { expect, test } from 'vitest';
import { cacheAt, diskCaches } from '../../src/checks/disk-caches.ts';

test.each(diskCaches.flatMap((cache) => cache.examples.map((path) => [path, cache] as const)))(
  '%s is known',
  (path, cache) => expect(cacheAt(path)).toBe(cache),
);

test('each row has an example', () => expect(diskCaches.filter(({ examples }) => examples.length === 0)).toEqual([]));

test.each(['/', '/srv/models', '/home/app/cache', '/workspace/logsum', '/opt/tmp'])('%s is none', (path) =>
  expect(cacheAt(path)).toBeUndefined(),
);
