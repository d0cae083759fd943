/** How a page looks: light and dark as the reader has it, on a telephone, on a screen and on paper. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --sheet: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d5dae0; --code: #f0f2f5;
  --good: #116329; --warn: #8a4b00; --bad: #b3131f; --unknown: #6639ba; --plain: #59636e; --bar: #2f6fd0; --first: #8a94a0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1116; --sheet: #161b22; --ink: #e6eaef; --soft: #9aa4af; --line: #323a44; --code: #0e1319;
    --good: #56c271; --warn: #e0a03c; --bad: #ff7b72; --unknown: #c4a1ff; --plain: #9aa4af; --bar: #5b9bff; --first: #6d7884;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 58rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
header, section { background: var(--sheet); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.25rem; margin: 0 0 1rem; }
h1 { font-size: 1rem; font-weight: 600; color: var(--soft); margin: 0 0 .75rem; }
h2 { font-size: 1.15rem; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
h2 + h3 { margin-top: 0; }
p { margin: 0 0 .6rem; }
section > :last-child, header > :last-child { margin-bottom: 0; }
.lead { font-size: 1.2rem; line-height: 1.4; margin: .6rem 0 1rem; }
.warning { border-left: .3rem solid var(--unknown); background: var(--code); padding: .5rem .75rem; font-weight: 600; }
.badge { display: inline-block; color: var(--sheet); font-weight: 700; border-radius: .4rem; padding: .15rem .6rem; margin: 0; }
.badge.good { background: var(--good); } .badge.warn { background: var(--warn); } .badge.bad { background: var(--bad); }
.badge.unknown { background: var(--unknown); } .badge.plain { background: var(--plain); }
.tone { font-weight: 600; }
.tone.good { color: var(--good); } .tone.warn { color: var(--warn); } .tone.bad { color: var(--bad); }
.tone.unknown { color: var(--unknown); } .tone.plain { color: var(--plain); }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .25rem 1rem; margin: 0 0 .75rem; }
dt { color: var(--soft); }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; margin: 0 0 .75rem; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-weight: 600; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > td { border-bottom: 0; }
td .tone { white-space: nowrap; }
td:not(:last-child):not(:has(.tone)) { min-width: 10rem; }
td:has(.tone) ~ td:last-child { width: 52%; }
ol.moments { list-style: none; margin: 0; padding: 0; }
ol.moments > li { display: grid; grid-template-columns: 13.5rem 1fr; gap: 0 1rem; padding: .35rem 0 .35rem .75rem; border-left: .2rem solid var(--line); }
ol.moments > .good { border-color: var(--good); } ol.moments > .warn { border-color: var(--warn); }
ol.moments > .bad { border-color: var(--bad); } ol.moments > .unknown { border-color: var(--unknown); }
time { display: block; font-variant-numeric: tabular-nums; }
small, figcaption, .source { color: var(--soft); font-size: .85rem; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; background: var(--code); border-radius: .3rem; unicode-bidi: isolate; }
code { padding: .1rem .35rem; }
pre { padding: .6rem .75rem; margin: 0 0 .75rem; white-space: pre-wrap; max-height: 30rem; overflow-y: auto; }
pre > span { display: block; min-height: 1.45em; }
.add { color: var(--good); } .cut { color: var(--bad); } .place { color: var(--unknown); }
details { border-top: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; }
details > pre { margin-top: .5rem; }
figure { margin: .75rem 0; }
figcaption { margin-bottom: .25rem; }
.bar { display: grid; grid-template-columns: 4rem 1fr 11rem; gap: .75rem; align-items: center; margin: .2rem 0; }
.bar svg { width: 100%; height: 1rem; display: block; }
.track { fill: var(--code); } .fill { fill: var(--bar); } .fill.first { fill: var(--first); }
figure.curve svg { width: 100%; height: 5.5rem; display: block; }
.under { fill: var(--bar); opacity: .25; } .line { fill: none; stroke: var(--bar); stroke-width: 2; vector-effect: non-scaling-stroke; }
.mark { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; }
ol.ends { display: flex; justify-content: space-between; gap: 1rem; list-style: none; margin: .2rem 0 0; padding: 0; font-size: .85rem; }
p.marks { color: var(--soft); font-size: .85rem; margin: .2rem 0 0; }
footer { color: var(--soft); font-size: .85rem; padding: 0 .25rem; }
@media (max-width: 40rem) {
  main { padding: .5rem .5rem 2rem; }
  header, section { padding: .85rem; }
  dl, ol.moments > li { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
  .bar { grid-template-columns: 3.5rem 1fr; } .bar > :last-child { grid-column: 2; }
  thead { position: absolute; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  tr:last-child { border-bottom: 0; }
  td, td:not(:last-child):not(:has(.tone)), td:has(.tone) ~ td:last-child { width: auto; min-width: 0; padding: .1rem 0; border: 0; }
  td:empty { display: none; }
  td[data-label]:not([data-label=""])::before { content: attr(data-label) ": "; color: var(--soft); }
}
@media print {
  :root { --ground: #fff; --sheet: #fff; --ink: #000; --soft: #444; --code: #f4f4f4; --line: #bbb; }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  header, section { border: 0; border-bottom: 1px solid var(--line); border-radius: 0; padding: .5rem 0; }
  h2, h3, summary { break-after: avoid; }
  tr, li, figure { break-inside: avoid; }
  pre { max-height: none; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  .badge { border: 1px solid currentcolor; background: none !important; color: var(--ink); }
}
`;
