const plain = /^\d+(?:\.\d+)*$/;

/**
 * Whether a version fits a specifier such as `>=1.2,<2`; undefined where that is not told by comparing plain numbers.
 *
 * Source: PEP 440; a local version as 2.4.1+cu121 counts as 2.4.1.
 */
export function versionFits(version: string, specifier: string): boolean | undefined {
  const is = version.split('+')[0] ?? '';
  const all = specifier.split(',').flatMap((part) => part.trim() || []);
  const answers = all.map((part) => {
    const [, how = '', wanted = ''] = /^(===|==|~=|!=|<=|>=|<|>)\s*(\S+)$/.exec(part) ?? [];
    const than = wanted.split('+')[0] ?? '';
    if (!plain.test(is) || !plain.test(than)) return how.startsWith('==') && is === than ? true : undefined;
    return fits(how, is, than);
  });
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function fits(how: string, is: string, than: string): boolean | undefined {
  const by = compared(is, than);
  switch (how) {
    case '===':
    case '==':
      return by === 0;
    case '!=':
      return by !== 0;
    case '<=':
      return by <= 0;
    case '>=':
      return by >= 0;
    case '<':
      return by < 0;
    case '>':
      return by > 0;
    case '~=':
      return by >= 0 && is.startsWith(`${than.split('.').slice(0, -1).join('.')}.`);
    default:
      return undefined;
  }
}

const numbers = (text: string): readonly number[] => text.split('.').map(Number);

function compared(a: string, b: string): number {
  const [first, second] = [numbers(a), numbers(b)];
  const length = Math.max(first.length, second.length);
  for (let at = 0; at < length; at += 1) {
    const by = (first[at] ?? 0) - (second[at] ?? 0);
    if (by !== 0) return by;
  }
  return 0;
}
