import ssh2, { type BaseAgent, type ParsedKey } from 'ssh2';

// An agent that is there answers within milliseconds; a socket forwarded from a session that is gone may hang.
const deadlineMs = 3_000;

/** The public keys that an agent holds; undefined where there is no agent behind the socket. */
export function agentKeys(socket: string): Promise<readonly ParsedKey[] | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), deadlineMs);
    ssh2.createAgent(socket).getIdentities((error, keys) => {
      clearTimeout(timer);
      resolve(error ? undefined : (keys ?? []).filter(isParsed));
    });
  });
}

const isParsed = (key: object | string): key is ParsedKey => typeof key === 'object' && 'getPublicSSH' in key;

/** The agent, offering only these keys in this order: a server counts every key that is shown to it. */
export function agentOffering(socket: string, keys: readonly ParsedKey[]): BaseAgent {
  const agent = ssh2.createAgent(socket);
  agent.getIdentities = (callback) => callback(undefined, [...keys]);
  return agent;
}
