import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { incidentPage } from '../../src/pages/incident.ts';
import { pageText } from '../../src/pages/page-text.ts';
import { startChromium, type BrowserPage } from '../support/chromium.ts';
import { has } from '../support/requires.ts';
import { about, began, found, planned, toldRun, toldRuns } from '../support/told-runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'rh-report-page-'));
let browser: BrowserPage;
let lure: Server;
let connections = 0;
const heard: string[] = [];

/** Whatever would call home if it were read as anything but text. */
const baits = (url: string): string =>
  [
    `</pre></details><script>globalThis.owned=1;fetch('${url}/fetch')</script>`,
    `<img src="${url}/img" onerror="globalThis.owned=2"><link rel=stylesheet href="${url}/css">`,
    `</style><style>@import '${url}/import'; body { display: none }</style>`,
    `<iframe src="${url}/frame"></iframe><form action="${url}/form"><object data="${url}/object"></object>`,
    `<meta http-equiv=refresh content="0;url=${url}/refresh">`,
    `" onmouseover="globalThis.owned=3" x="`,
    'x'.repeat(5_000),
  ].join('\n');

function hostile(url: string) {
  const bait = baits(url);
  const [edit] = toldRuns.rolled_back.set?.changes ?? [];
  const story = toldRun(
    [
      [0, planned({ ...edit, what: bait, drops: [bait], proves: [bait], diff: bait.split('\n') })],
      [
        0,
        found('before', [
          about('service.log', 'critical', { subject: `service:${bait}`, summary: bait, evidence: ['e'] }),
        ]),
      ],
      [1, { type: 'note', said: bait.slice(0, 2_000) }],
    ],
    { why: bait.slice(0, 2_000), node: bait, simulated: [bait] },
  );
  return { story, evidence: [{ id: 'e', title: bait, text: bait }] };
}

const write = (name: string, { story, evidence }: Pick<Parameters<typeof incidentPage>[0], 'story' | 'evidence'>) => {
  const path = join(folder, `${name}.html`);
  writeFileSync(
    path,
    pageText(incidentPage({ story, evidence, isUnderWay: false, takenBackBy: undefined, at: began }), 'html'),
  );
  return path;
};
/** `[url, method]` of all that was asked for. */
const requested = () =>
  browser
    .said()
    .flatMap(({ method, params }) =>
      method === 'Network.requestWillBeSent' ? [(params['request'] as { url: string }).url] : [],
    );
const complaints = () =>
  browser
    .said()
    .filter(({ method }) => ['Runtime.exceptionThrown', 'Runtime.consoleAPICalled', 'Log.entryAdded'].includes(method));

describe.skipIf(!has('chromium'))('the page of a report in a browser (needs chromium)', () => {
  beforeAll(async () => {
    lure = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined).on('data', (bytes) => heard.push(String(bytes)));
    }).listen(0, '127.0.0.1');
    await once(lure, 'listening');
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    lure.close();
    await once(lure, 'close');
    rmSync(folder, { recursive: true, force: true });
  });

  const text = 'gpu.devices on gpu-7\n$ nvidia-smi -q -x\n<nvidia_smi_log>\n  <gpu id="00000000:01:00.0">\n'.repeat(30);
  const evidence = ['e-1', 'e-6', 'e-8'].map((id) => ({ id, title: `gpu-7: nvidia-smi -q -x ${id}`, text }));

  test.each(Object.keys(toldRuns) as (keyof typeof toldRuns)[])('%s fits a telephone and a screen', async (name) => {
    const path = write(name, { story: toldRuns[name], evidence });
    for (const width of [360, 1_280]) {
      await browser.look(width);
      await browser.open(path);
      await browser.evaluate('document.querySelectorAll("details").forEach((one) => (one.open = true))');
      expect(await browser.evaluate('[document.documentElement.scrollWidth, innerWidth]')).toEqual([width, width]);
      // Nothing is cut at the side either.
      expect(
        await browser.evaluate(
          '[...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML.slice(0, 80))',
        ),
      ).toEqual([]);
      expect(complaints()).toEqual([]);
      expect(requested()).toEqual([`file://${path}`]);
    }
  });

  test('is light, dark or for paper as the reader has it, and is read well in each', async () => {
    const path = write('looks', { story: toldRuns.rolled_back, evidence });
    const grounds = new Map<string, unknown>();
    for (const scheme of ['light', 'dark'] as const) {
      await browser.look(1_280, scheme);
      await browser.open(path);
      grounds.set(scheme, await browser.evaluate('getComputedStyle(document.body).backgroundColor'));
      expect(await browser.evaluate(faint)).toEqual([]);
    }
    expect(grounds.get('light')).not.toBe(grounds.get('dark'));
    await browser.look(794, 'dark', 'print');
    await browser.open(path);
    expect(await browser.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    // On paper nobody can unfold what is folded.
    expect(await browser.evaluate('document.querySelector("details pre").checkVisibility()')).toBe(true);
  });

  test('says to who can not see it what its parts and its bars are', async () => {
    await browser.open(write('spoken', { story: toldRuns.rolled_back, evidence }));
    expect(
      await browser.evaluate('[...document.querySelectorAll("h1, h2, h3")].map(({ tagName }) => tagName).join(" ")'),
    ).toMatch(/^H1 H2 /);
    expect(
      await browser.evaluate(
        '[...document.querySelectorAll("section")].every((one) => document.getElementById(one.getAttribute("aria-labelledby"))?.textContent)',
      ),
    ).toBe(true);
    expect(await browser.evaluate('[...document.querySelectorAll("svg")].map((one) => one.ariaLabel)')).toContain(
      'GPU memory in use after: 23.8 GiB of 24.0 GiB',
    );
    // The larger of two has the longer bar.
    expect(
      await browser.evaluate(
        '[...document.querySelectorAll("figure:last-of-type .fill")].map((one) => one.getBoundingClientRect().width).reduce((a, b) => b / a)',
      ),
    ).toBeCloseTo(1_530.1 / 812.4, 1);
  });

  test('runs nothing and calls nowhere, whatever a node wrote', async () => {
    const { port } = lure.address() as AddressInfo;
    const path = write('hostile', hostile(`http://127.0.0.1:${port}`));
    for (const width of [360, 1_280]) {
      await browser.look(width);
      await browser.open(path);
      await browser.evaluate('document.querySelectorAll("details").forEach((one) => (one.open = true))');
      expect(await browser.evaluate('[typeof owned, document.documentElement.scrollWidth]')).toEqual([
        'undefined',
        width,
      ]);
      expect(
        await browser.evaluate(
          'document.querySelectorAll("script, img, link, iframe, [onerror], [onmouseover]").length',
        ),
      ).toBe(0);
      expect(await browser.evaluate('document.querySelector("pre").checkVisibility()')).toBe(true);
      expect([requested(), complaints(), connections]).toEqual([[`file://${path}`], [], 0]);
    }
  });

  test('would run nothing even if something got in', async () => {
    const { port } = lure.address() as AddressInfo;
    const path = join(folder, 'inside.html');
    const page = incidentPage({
      story: toldRuns.verified,
      evidence,
      isUnderWay: false,
      takenBackBy: undefined,
      at: began,
    });
    // A refresh is the one thing that no policy of a page forbids.
    const inside = baits(`http://127.0.0.1:${port}`).replace(/<meta.*/, '');
    writeFileSync(path, pageText(page, 'html').replace('<footer>', `${inside}<footer>`));
    await browser.open(path);
    expect(await browser.evaluate('typeof owned')).toBe('undefined');
    expect(complaints().length).toBeGreaterThan(0);
    // It may prepare a line for a frame, and then asks for nothing.
    expect(heard).toEqual([]);
  });
});

/** Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3). */
const faint = `(() => {
  const rgb = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('main *')]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '') && one.checkVisibility())
    .map((one) => {
      const [a, b] = [light(rgb(getComputedStyle(one).color)), light(behind(one))];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), one.outerHTML.slice(0, 80)];
    })
    .filter(([contrast]) => contrast < 4.5);
})()`;
