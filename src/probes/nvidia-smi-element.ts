import { XmlElement, type XmlDocument, type XmlNode } from '@rgrove/parse-xml';

/** An element of nvidia-smi's XML, read by the path of tag names below it. Words that stand for "no value" read as null. */
export interface NvidiaSmiElement {
  /** The first of `paths` that has a value. */
  text(...paths: readonly string[]): string | null;
  /** The same as a number, without its unit: `56 C`, `66.84 W`, `192 bank(s)`. */
  number(...paths: readonly string[]): number | null;
  bytes(path: string): number | null;
  elements(path: string): readonly NvidiaSmiElement[];
  /** Every value that tells of a fault, as `fan_speed: ERR!`. */
  faults(): readonly string[];
}

/** Not known to this GPU or not for this user: no fault by itself. Source: nvidia-smi's manual page and NVML's error texts. */
const noValue =
  /^\[?(?:N\/A|Not (?:Supported|Available|Found)|Insufficient Permissions|Function Not Found|Requested functionality has been deprecated)\]?$/i;
const fault = /ERR!|GPU is lost|requires reset|Unknown Error/i;
const mebibyte = 1024 ** 2;

type Parent = XmlDocument | XmlElement;

export function nvidiaSmiElement(parent: Parent): NvidiaSmiElement {
  const words = (path: string): string | null => {
    const found = textAt(parent, path);
    return found === '' || noValue.test(found) || fault.test(found) ? null : found;
  };
  const number = (path: string): number | null => {
    const found = /^-?\d+(?:\.\d+)?(?=$|\s)/.exec(words(path) ?? '')?.[0];
    return found === undefined ? null : Number(found);
  };
  return {
    text: (...paths) => first(paths, words),
    number: (...paths) => first(paths, number),
    bytes(path) {
      const mebibytes = number(path);
      return mebibytes === null ? null : mebibytes * mebibyte;
    },
    elements: (path) => at(parent, path).map(nvidiaSmiElement),
    faults: () => elementsOf(parent).flatMap(faultsIn),
  };
}

function first<T>(paths: readonly string[], read: (path: string) => T | null): T | null {
  for (const path of paths) {
    const found = read(path);
    if (found !== null) return found;
  }
  return null;
}

const isElement = (node: XmlNode): node is XmlElement => node instanceof XmlElement;
const elementsOf = ({ children }: Parent): readonly XmlElement[] => children.filter(isElement);

/** All elements of the last tag of a path; of the tags before it the first. */
function at(parent: Parent, path: string): readonly XmlElement[] {
  const [tag = '', ...below] = path.split('/');
  const found = elementsOf(parent).filter(({ name }) => name === tag);
  const [inner] = found;
  return below.length === 0 || inner === undefined ? found : at(inner, below.join('/'));
}

/** The words within an element, or of an attribute (`@id`); none of one that holds other elements. */
function textAt(parent: Parent, path: string): string {
  if (path.startsWith('@')) return parent instanceof XmlElement ? (parent.attributes[path.slice(1)] ?? '') : '';
  const [found] = at(parent, path);
  return found === undefined || elementsOf(found).length > 0 ? '' : found.text.trim();
}

function faultsIn(element: XmlElement): readonly string[] {
  const inner = elementsOf(element);
  if (inner.length > 0) return inner.flatMap(faultsIn);
  return fault.test(element.text) ? [`${element.name}: ${element.text.trim()}`] : [];
}
