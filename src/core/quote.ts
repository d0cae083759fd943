/**
 * One word, quoted for a POSIX shell and for fish alike.
 *
 * A backslash in single quotes is literal to sh and an escape to fish, so it stands outside of them, as does the quote;
 * a leading `=` is a path lookup to zsh, and `%self` a process number to fish.
 */
export function quote(word: string): string {
  if (/^[A-Za-z0-9_/:.,@+-][A-Za-z0-9_/:=.,@+-]*$/.test(word)) return word;
  return word === ''
    ? "''"
    : word.replace(/[^'\\]+|['\\]/g, (part) => (part === "'" || part === '\\' ? `\\${part}` : `'${part}'`));
}

/** Words as one line that a remote login shell splits back into the same words. NUL can't be sent and is refused. */
export function commandLine(words: readonly string[]): string {
  if (words.some((word) => word.includes('\0')))
    throw new RangeError('a word with a NUL byte can not be sent to a shell');
  return words.map(quote).join(' ');
}
