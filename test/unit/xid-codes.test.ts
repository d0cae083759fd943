import { describe, expect, test } from 'vitest';
import { linkDowns, nvlinkError } from '../../src/checks/nvlink-errors.ts';
import { sxidCode, sxidFamilies } from '../../src/checks/sxid-codes.ts';
import { knownXids, xidCode } from '../../src/checks/xid-codes.ts';
import { pciAddress } from '../../src/checks/xid-events.ts';
import { moveAskedFor, xidMoves, type XidMove } from '../../src/checks/xid-moves.ts';

/** `8 39-41` as numbers. */
const numbers = (ranges: string): readonly number[] =>
  ranges.split(' ').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });

/** NVIDIA's classes of immediate action, and the moves that may stand for each. */
const classes: readonly (readonly [string, string, readonly XidMove[]])[] = [
  ['RESTART_APP', '8 11 13 25 31-32 39-41 60 68-72 75-77 80 82-86 88-89 94 96-105 126-135 139', ['app']],
  ['RESET_GPU', '46 62 95 109-110 119-120 136 140 143 155 158', ['reset']],
  ['RESET_GPU, and DCGM and AWS have it replaced', '64', ['vendor']],
  ['RESET_GPU at a quiet time', '63 156', ['remap']],
  ['WORKFLOW_XID_48', '48', ['reset']],
  ['RESTART_BM', '79', ['reboot']],
  ['WORKFLOW_NVLINK', '74 144-150', ['link']],
  ['IGNORE', '37-38 44 66-67 92-93 121 137 141 152-153 159-161', ['watch']],
  ['IGNORE, a test', '106-107 162', ['note']],
  ['IGNORE, or follow another', '43 45', ['follow']],
  ['IGNORE, but what it notes is for the vendor', '157', ['vendor']],
  ['CONTACT_SUPPORT', '142', ['vendor']],
  ['CHECK_MECHANICALS', '54', ['hands']],
  ['UPDATE_SWFW', '78', ['update']],
  ['RESTART_VM', '151', ['vm']],
  ['XID_154', '154', ['action']],
  ['detail of 48', '171-172', ['detail']],
  ['gpud: reboot', '166-169 173', ['reboot']],
  ['gpud and AWS: power smoothing', '163-165', ['watch', 'vendor']],
  ['gpud: look at the program', '170', ['watch']],
];

const unused = '1-7 9-10 12 14-24 26-30 33-36 42 47 49-53 55-59 61 65 73 81 87 90-91 108 111-118 122-125 138';

describe('the table of Xids', () => {
  test('holds every number of the catalog that is used, and no other', () => {
    const classed = classes.flatMap(([, ranges]) => numbers(ranges)).toSorted((a, b) => a - b);
    expect(classed).toEqual(knownXids.toSorted((a, b) => a - b));
    expect(classed.length + numbers(unused).length).toBe(173);
  });

  describe.each(classes)('%s', (_, ranges, moves) => {
    test.each(numbers(ranges))('%i', (code) => expect(moves).toContain(xidCode(code).move));
  });

  test.each(knownXids)('%i has a name and says what happened', (code) => {
    const { name, says } = xidCode(code);
    expect(name).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(says).toMatch(/^(?:GPU|a|an|the|power|memory|commands|encryption)\b.{10,}[^.]$/);
  });

  test.each([...numbers(unused), 0, 174, 999])('%i is for the vendor, never harmless', (code) => {
    expect(xidCode(code)).toMatchObject({ name: 'unknown', move: 'vendor' });
  });
});

describe('what an error asks for', () => {
  test.each(Object.entries(xidMoves))('%s', (_, { status, say, restartHelps }) => {
    expect(say).toMatch(/^[A-Z].{10,}\.$/);
    // Where the GPU itself has to be mended, starting a program again is no help.
    expect(`${status} ${restartHelps}`).not.toMatch(/^critical (?!no)/);
  });

  test.each([
    ['None', null],
    ['GPU Reset Required', 'reset'],
    ['Node Reboot Required', 'reboot'],
    ['Drain P2P', 'watch'],
    ['Drain and Reset', 'reset'],
    ['Something New', 'vendor'],
  ] as const)('the driver: %s', (words, move) => expect(moveAskedFor(words)).toBe(move));
});

describe('the table of SXids', () => {
  const codes = sxidFamilies.flatMap((family) => family.codes);
  test('has 93 numbers, each once', () => {
    expect(codes.length).toBe(93);
    expect(new Set(codes).size).toBe(93);
  });
  test.each(codes)('%i', (code) => {
    const { move, says } = sxidCode(code, true);
    expect(xidMoves[move]).toBeDefined();
    expect(says).toMatch(/^(?:a|the|memory)\b.{10,}[^.]$/);
  });
  test('the fatal ones of the guide ask for more than a look', () => {
    for (const code of [11001, 12028, 14017, 19084, 20034, 22003, 24007])
      expect(sxidCode(code, true).move).toBe('fabric');
  });
  test('of an unknown number the word of the driver decides', () => {
    expect(sxidCode(99999, true).move).toBe('fabric');
    expect(sxidCode(99999, false).move).toBe('vendor');
  });
});

const line = (number: number, severity = 'Fatal') =>
  `NETIR_LINK_DOWN ${severity} XC0 i0 Link 7 (0x${((number << 20) | 0x1c6).toString(16).padStart(8, '0')} 0x00000000 0x00000000)`;

describe('NVLink 5', () => {
  test.each(linkDowns.flatMap(({ codes, move, says }) => codes.map((code) => [code, move, says] as const)))(
    'a link down by number %i',
    (code, move, says) => expect(nvlinkError(line(code))).toEqual({ move, says: `NVLink 7 went down: ${says}` }),
  );
  test('a number that is not in the table goes by its severity', () => {
    expect(nvlinkError(line(63))).toMatchObject({ move: 'reset' });
    expect(nvlinkError(line(63, 'Nonfatal'))).toMatchObject({ move: 'watch' });
  });
  test.each(['', 'garbage', 'NETIR Fatal', 'Link 7 (0xzz)'])('says nothing of %j', (text) => {
    expect(nvlinkError(text)).toBeUndefined();
  });
});

test.each([
  ['00000000:9B:00.0', '0000:9b:00'],
  ['0000:9b:00', '0000:9b:00'],
  ['9b:00.0', '0000:9b:00'],
  ['00010000:01:00.0', '10000:01:00'],
])('%s is the device %s', (text, address) => expect(pciAddress(text)).toBe(address));
