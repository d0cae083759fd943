import { parseXml, XmlElement, type XmlNode } from '@rgrove/parse-xml';
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
