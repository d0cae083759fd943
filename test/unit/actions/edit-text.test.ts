import { describe, expect, test } from 'vitest';
import { editedText, type Edit } from '../../../src/actions/edit-text.ts';

const edited = (text: string, edit: Edit) => {
  const result = editedText(text, edit);
  return 'text' in result ? result.text : `REFUSED ${result.because}`;
};
const set = (text: string, value: string, key = 'KEY') => edited(text, { key, value });

describe('a value of a key', () => {
  test.each([
    ['in an env file', 'A=1\nKEY=old\nB=2\n', 'new', 'A=1\nKEY=new\nB=2\n'],
    ['without a newline at the end', 'KEY=old', 'new', 'KEY=new'],
    ['that a shell exports', '  export KEY="old value"  # why\n', 'new value', '  export KEY="new value"  # why\n'],
    ['in single quotes', "KEY='old'\n", 'a "b" $c', 'KEY=\'a "b" $c\'\n'],
    ['with blanks around =', 'KEY = old ; why\n', 'new', 'KEY = new ; why\n'],
    ['of a command in an ini file', 'KEY=/bin/a --ctx 1\n', '/bin/a --ctx "2"', 'KEY=/bin/a --ctx "2"\n'],
    ['of YAML', 'a:\n  KEY: 8 # GiB\n', '16', 'a:\n  KEY: 16 # GiB\n'],
    ['of YAML with a ; in it', 'KEY: a ;b\n', 'b ;c', 'KEY: b ;c\n'],
    ['of YAML in quotes', 'KEY: "a: b"\n', 'c: $d', 'KEY: "c: $d"\n'],
    ['between lines that end as on Windows', 'A=1\r\nKEY=old\r\n', 'new', 'A=1\r\nKEY=new\r\n'],
    ['that is empty', 'KEY=\n', 'new', 'KEY=new\n'],
    ['that is empty, before a comment', 'KEY= # why\n', 'new', 'KEY=new # why\n'],
    ['that becomes empty', 'KEY=old # why\n', '', 'KEY= # why\n'],
    [
      'and not of one that begins alike',
      'KEY2=1\nMY_KEY=1\n# KEY=1\nKEY=1\n',
      '2',
      'KEY2=1\nMY_KEY=1\n# KEY=1\nKEY=2\n',
    ],
    ['with what a replacement reads as a pattern', "KEY='x'\n", '$& $1 $$', "KEY='$& $1 $$'\n"],
    ['behind a byte order mark elsewhere', '\ufeffA=1\nKEY=1\n', '2', '\ufeffA=1\nKEY=2\n'],
  ])('%s', (_, text, value, after) => expect(set(text, value)).toBe(after));

  test('whose key has a dot', () => expect(set('aXb=1\na.b=1\n', '2', 'a.b')).toBe('aXb=1\na.b=2\n'));

  test.each([
    ['that no line has', 'A=1\n', '2', /No line of it gives KEY/],
    ['that stands in a comment only', '# KEY=1\n', '2', /No line/],
    ['in two sections', '[a]\nKEY=1\n[b]\nKEY=1\n', '2', /2 lines of it/],
    ['that goes on', 'KEY=a \\\n  b\n', '2', /goes on/],
    ['that goes on in an indented line', 'KEY=a\n  b\n', '2', /goes on/],
    ['that is a block of YAML', 'KEY: |\n  a\n', '2', /goes on|no plain text/],
    ['that is a mapping of YAML', 'KEY:\n  a: 1\n', '2', /goes on/],
    ['that is an empty one of YAML', 'KEY:\nB: 1\n', '2', /no plain text/],
    ['that is a list of YAML', 'KEY: [a]\n', '2', /no plain text/],
    ['whose quote is not closed', 'KEY="a\nb"\n', '2', /not understood/],
    ['that is quoted in part', 'KEY="a"b\n', '2', /not understood/],
    ['that would end its quotes', 'KEY="a"\n', 'b" c', /double quotes/],
    ['that a shell would fill in', 'KEY="a"\n', '$HOME', /double quotes/],
    ['with the quote that it stands in', "KEY='a'\n", "it's", /single quotes/],
    ['that would need quotes', 'KEY=a\n', 'b c', /would need quotes/],
    ['that would begin a comment', 'KEY=a b\n', 'b #c', /would need quotes/],
    ['that would be a mapping', 'KEY: a b\n', 'b: c', /would need quotes/],
    ['that is the same', 'KEY=a\n', 'a', /nothing to change/],
  ])('is refused %s', (_, text, value, why) => expect(set(text, value)).toMatch(why));
});

describe('a text', () => {
  test('is replaced where it occurs once', () => {
    expect(edited('a b c\n', { find: 'b', replace: '$& \\1\r\n' })).toBe('a $& \\1\r\n c\n');
    expect(edited('a b c\n', { find: ' b', replace: '' })).toBe('a c\n');
  });

  test.each([
    ['that does not occur', 'a', 'x', 'y', /does not occur/],
    ['that occurs twice', 'ab ab', 'ab', 'y', /occurs 2 times/],
    ['that occurs over itself', 'aaa', 'aa', 'y', /occurs 2 times/],
    ['that stays as it is', 'ab', 'a', 'a', /nothing to change/],
    ['with an escape sequence', 'ab', 'a', '\u001b[2K', /nobody sees/],
    ['with a direction mark', 'ab', 'a', '\u202e', /nobody sees/],
    ['with half a character', 'ab', 'a', '\ud800', /nobody sees/],
  ])('is refused %s', (_, text, find, replace, why) => expect(edited(text, { find, replace })).toMatch(why));
});

describe('a secret is never touched', () => {
  test.each<[string, string, Edit]>([
    ['as a new value', 'API_TOKEN=\n', { key: 'API_TOKEN', value: 'abcdef' }],
    ['as a new value of another', 'ARGS=a b\n', { key: 'ARGS', value: 'a --api-key hunter2' }],
    ['as an old value', 'API_TOKEN=old1234\n', { find: 'old1234', replace: 'plain' }],
    ['in part', 'password: old1234\n', { find: '1234', replace: '5678' }],
    ['by its name', 'password: old1234\n', { find: 'password', replace: 'motto' }],
    ['in a URL', 'U=http://a:b@c/\n', { find: 'c/', replace: 'http://x:secret@d/' }],
    [
      'within a private key',
      '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n',
      { find: 'abc', replace: 'd' },
    ],
  ])('%s', (_, text, edit) => expect(edited(text, edit)).toMatch(/reads as a secret/));

  test('and what stands beside one is changed', () => {
    const text = 'API_TOKEN=hunter2\nCTX=4096 # tokens\n';
    expect(set(text, '8192', 'CTX')).toBe('API_TOKEN=hunter2\nCTX=8192 # tokens\n');
    expect(edited(text, { find: 'CTX=4096', replace: 'CTX=1' })).toBe('API_TOKEN=hunter2\nCTX=1 # tokens\n');
  });
});
