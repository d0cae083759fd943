export type Value = string | number | readonly Value[] | { readonly [key: string]: Value };

// Printable ASCII without what XML writes in another way: text that holds more is left to the parser.
const plain = String.raw`[ -%'-;=?-~\n\t]*`;
const opening = /<\?xml version='1\.0'\?>\n<methodResponse>\n<params>\n<param>\n/y;
const scalar = new RegExp(String.raw`<value><(string|int|boolean|double)>(${plain})</\1></value>\n`, 'y');
const name = new RegExp(String.raw`<member>\n<name>(${plain})</name>\n`, 'y');
const closing = /<\/param>\n<\/params>\n<\/methodResponse>\n?$/y;
const deepest = 8;

/**
 * The value of an answer that is to the letter what Python's xmlrpc.client writes; undefined for any other, which a parser
 * of XML then reads in ten times the time.
 */
export function plainXmlRpc(text: string): Value | undefined {
  let at = 0;

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  }

  function skip(words: string): boolean {
    const isThere = text.startsWith(words, at);
    if (isThere) at += words.length;
    return isThere;
  }

  function value(depth: number): Value | undefined {
    const found = take(scalar);
    if (found !== null) return found[1] === 'string' ? (found[2] ?? '') : Number(found[2]);
    if (depth === deepest) return undefined;
    if (skip('<value><struct>\n')) return members(depth);
    return skip('<value><array><data>\n') ? items(depth) : undefined;
  }

  function members(depth: number): Value | undefined {
    const found: [string, Value][] = [];
    for (let named = take(name); named !== null; named = take(name)) {
      const one = value(depth + 1);
      if (one === undefined || !skip('</member>\n')) return undefined;
      found.push([named[1] ?? '', one]);
    }
    return skip('</struct></value>\n') ? Object.fromEntries(found) : undefined;
  }

  function items(depth: number): Value | undefined {
    const found: Value[] = [];
    while (!skip('</data></array></value>\n')) {
      const one = value(depth + 1);
      if (one === undefined) return undefined;
      found.push(one);
    }
    return found;
  }

  if (take(opening) === null) return undefined;
  const answer = value(0);
  return take(closing) === null ? undefined : answer;
}
