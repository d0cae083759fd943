import type { Node } from '../core/node.ts';
import type { Transport } from '../core/session.ts';

const makers: Record<Node['transport'], () => Promise<Transport>> = {
  ssh: async () => (await import('./ssh.ts')).createSshTransport(),
  openssh: async () => (await import('./openssh.ts')).createOpensshTransport(),
  local: async () => (await import('./local.ts')).createLocalTransport(),
};

/** Every way to reach a node behind one door; each is loaded when the first node wants it. */
export function createTransports(): Transport {
  const made = new Map<Node['transport'], Promise<Transport>>();
  const of = (name: Node['transport']): Promise<Transport> => {
    const transport = made.get(name) ?? makers[name]();
    made.set(name, transport);
    return transport;
  };
  return {
    open: async (node, signal) => (await of(node.transport)).open(node, signal),
    async close() {
      await Promise.all([...made.values()].map(async (transport) => (await transport).close()));
    },
  };
}
