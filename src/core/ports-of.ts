import type { Service } from './service.ts';

const loopback = /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;

/** The ports that a service must listen on: the declared ones, and those of its health URLs on the node itself. */
export function portsOf({ ports, health }: Service): readonly number[] {
  const asked = health.flatMap(({ url, from }) => {
    const { hostname, port, protocol } = new URL(url);
    if (from !== 'node' || !loopback.test(hostname)) return [];
    return [port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)];
  });
  return [...new Set([...ports, ...asked])];
}
