import { XMLParser } from 'fast-xml-parser';
import { http } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { isRecord, textOf } from './record.ts';
import type { SupervisorAddress } from './supervisor-config.ts';

type Value = string | number | readonly Value[] | { readonly [key: string]: Value };

/** What supervisord answers to a question: a value, or a fault by its number (6 is SHUTDOWN_STATE). */
export type XmlRpcAnswer =
  | { readonly ok: true; readonly value: Value | undefined }
  | { readonly ok: false; readonly code: number; readonly say: string };

/**
 * The questions that only look. reloadConfig is none: it reads the files into the running supervisord, and what is
 * started next is then another program. Source: supervisor/rpcinterface.py of 4.2.5.
 */
type Question = 'getAllProcessInfo' | 'getAllConfigInfo';

/** Asks a supervisord for all that it runs, or for all that it has read of its configuration. */
export function askSupervisord(
  question: Question,
  { url, socket, auth }: SupervisorAddress,
  become: 'sudo' | undefined,
) {
  const body = `<?xml version="1.0"?><methodCall><methodName>supervisor.${question}</methodName><params/></methodCall>`;
  const login = auth === undefined ? {} : { authorization: `Basic ${base64(`${auth.user}:${auth.password}`)}` };
  const headers = { 'content-type': 'text/xml', accept: 'text/xml', ...login };
  return http(url, { socket, headers, body, bytes: 8 * 1024 ** 2, become });
}

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  // Names are enough; as text the whole path would be made for each.
  jPath: false,
  isArray: (name) => name === 'member' || name === 'value',
});

/** Errors: `OUTPUT_UNREADABLE` for what is no XML-RPC answer. */
export function xmlRpcAnswer(text: string): XmlRpcAnswer {
  const response = field(parsed(text), 'methodResponse');
  const fault = valueOf(first(field(field(response, 'fault'), 'value')));
  if (isRecord(fault)) {
    return { ok: false, code: Number(fault['faultCode']), say: textOf(fault['faultString']) ?? '' };
  }
  const params = field(field(response, 'params'), 'param');
  if (params === undefined) throw unreadable();
  return { ok: true, value: valueOf(first(field(params, 'value'))) };
}

function parsed(text: string): unknown {
  try {
    const tree: unknown = parser.parse(text.trim(), true);
    return tree;
  } catch {
    throw unreadable();
  }
}

const unreadable = () => new OpsError('OUTPUT_UNREADABLE', 'supervisord answered with something that is not XML-RPC.');

const field = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);
const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Source: the XML-RPC specification; a value without a type is a string. */
function valueOf(node: unknown): Value | undefined {
  if (typeof node === 'string') return node;
  if (!isRecord(node)) return undefined;
  for (const key of ['int', 'i4', 'double', 'boolean']) {
    const number = textOf(node[key]);
    if (number !== undefined) return Number(number);
  }
  if ('struct' in node) {
    const members = items(field(node['struct'], 'member')).map((member) => {
      const name = textOf(field(member, 'name')) ?? '';
      return [name, valueOf(first(field(member, 'value'))) ?? ''] as const;
    });
    return Object.fromEntries(members);
  }
  if ('array' in node) {
    return items(field(field(node['array'], 'data'), 'value')).map((item) => valueOf(item) ?? '');
  }
  return textOf(node['string']) ?? '';
}
