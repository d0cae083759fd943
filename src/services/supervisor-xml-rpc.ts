import { parseXml, XmlElement, type XmlNode } from '@rgrove/parse-xml';
import { alterByHttp } from '../core/alter.ts';
import { http } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { plainXmlRpc, type Value } from './plain-xml-rpc.ts';
import { isRecord, textOf } from './record.ts';
import type { SupervisorAddress } from './supervisor-config.ts';

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
export function askSupervisord(question: Question, address: SupervisorAddress, become: 'sudo' | undefined) {
  const body = methodCall(`supervisor.${question}`, '<params/>');
  return http(address.url, { ...wayTo(address), body, bytes: 8 * 1024 ** 2, become });
}

/** What changes a program. `waits`: it is answered only when the program has ended. */
export interface SupervisorCall {
  readonly method: 'startProcess' | 'stopProcess';
  readonly unit: string;
  readonly waits: boolean;
}

/**
 * Tells a supervisord one thing after the other in one request; each is carried out whatever came of those before.
 *
 * What comes after a wait is carried out only while the line is open: recorded from supervisord 4.2.5, whose answer
 * that is put off ends with its connection.
 */
export function tellSupervisord(
  calls: readonly SupervisorCall[],
  address: SupervisorAddress,
  options: { readonly become: 'sudo' | undefined; readonly deadlineMs: number; readonly lingersMs: number },
) {
  const body = methodCall('system.multicall', `<params><param>${list(calls.map(callXml))}</param></params>`);
  return alterByHttp(address.url, { ...wayTo(address), body, ...options });
}

const methodCall = (method: string, params: string): string =>
  `<?xml version="1.0"?><methodCall><methodName>${method}</methodName>${params}</methodCall>`;

const callXml = ({ method, unit, waits }: SupervisorCall): string =>
  `<value><struct><member><name>methodName</name><value><string>supervisor.${method}</string></value></member><member><name>params</name>${list([`<value><string>${escaped(unit)}</string></value>`, `<value><boolean>${waits ? 1 : 0}</boolean></value>`])}</member></struct></value>`;

const list = (values: readonly string[]): string => `<value><array><data>${values.join('')}</data></array></value>`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => entities[character] ?? character);

function wayTo({ socket, auth }: SupervisorAddress) {
  const login = auth === undefined ? {} : { authorization: `Basic ${base64(`${auth.user}:${auth.password}`)}` };
  return { socket, headers: { 'content-type': 'text/xml', accept: 'text/xml', ...login } };
}

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** Errors: `OUTPUT_UNREADABLE` for what is no XML-RPC answer. */
export function xmlRpcAnswer(text: string): XmlRpcAnswer {
  const value = plainXmlRpc(text);
  if (value !== undefined) return { ok: true, value };
  const response = parsed(text);
  const fault = valueOf(child(child(response, 'fault'), 'value'));
  if (isRecord(fault)) {
    return { ok: false, code: Number(fault['faultCode']), say: textOf(fault['faultString']) ?? '' };
  }
  const param = child(child(response, 'params'), 'param');
  if (response.name !== 'methodResponse' || param === undefined) throw unreadable();
  return { ok: true, value: valueOf(child(param, 'value')) };
}

function parsed(text: string): XmlElement {
  try {
    const { root } = parseXml(text.trim());
    if (root !== null) return root;
  } catch {
    // Told below.
  }
  throw unreadable();
}

const unreadable = () => new OpsError('OUTPUT_UNREADABLE', 'supervisord answered with something that is not XML-RPC.');

const isElement = (node: XmlNode): node is XmlElement => node instanceof XmlElement;
const elements = (parent: XmlElement | undefined): readonly XmlElement[] => parent?.children.filter(isElement) ?? [];
const child = (parent: XmlElement | undefined, name: string): XmlElement | undefined =>
  elements(parent).find((element) => element.name === name);

/** Source: the XML-RPC specification; a value without a type is a string. */
function valueOf(node: XmlElement | undefined): Value | undefined {
  if (node === undefined) return undefined;
  const [typed] = elements(node);
  if (typed === undefined) return node.text;
  switch (typed.name) {
    case 'int':
    case 'i4':
    case 'double':
    case 'boolean':
      return Number(typed.text);
    case 'struct':
      return Object.fromEntries(elements(typed).map(member));
    case 'array':
      return elements(child(typed, 'data')).map((item) => valueOf(item) ?? '');
    default:
      return typed.text;
  }
}

const member = (element: XmlElement): readonly [string, Value] => [
  child(element, 'name')?.text ?? '',
  valueOf(child(element, 'value')) ?? '',
];
