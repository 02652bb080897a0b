/** Light and dark by the reader's own setting; the first colours of a plot can be told apart without seeing red and green. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: #f6f6f3; --card: #ffffff; --ink: #1d1f24; --soft: #5d626d; --rule: #e3e3dd; --grid: #ececea;
  --good: #14703c; --bad: #b3261e; --doubt: #8a5a00; --goodbg: #e4f4ea; --badbg: #fbe7e5; --doubtbg: #fdf1d9;
  --c0: #0b67b2; --c1: #c2540a; --c2: #12805c; --c3: #8f3fa3; --c4: #8a6d00; --c5: #4f5d75; --limit: #6b7280; }
@media (prefers-color-scheme: dark) { :root {
  --page: #121419; --card: #1a1d24; --ink: #e8e9ec; --soft: #9aa1ad; --rule: #2c313b; --grid: #262b34;
  --good: #63d391; --bad: #ff8a80; --doubt: #f1bf5b; --goodbg: #17301f; --badbg: #3a1d1b; --doubtbg: #33270f;
  --c0: #5aa9f0; --c1: #ff9d57; --c2: #4fd1a5; --c3: #d59be6; --c4: #e3c64a; --c5: #a9b5cb; --limit: #9aa1ad; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 19px; margin: 44px 0 12px; letter-spacing: -.01em; }
h3 { font-size: 16px; margin: 0; }
p { margin: 0; } a { color: var(--c0); } .soft, header p { color: var(--soft); }
header p { margin-top: 6px; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin-top: 22px; }
.tile { background: var(--card); border: 1px solid var(--rule); border-left: 4px solid var(--soft); border-radius: 8px; padding: 12px 16px; }
.tile b { display: block; font-size: 21px; line-height: 1.3; } .tile span { color: var(--soft); font-size: 13px; }
.tile.good { border-left-color: var(--good); } .tile.bad { border-left-color: var(--bad); } .tile.doubt { border-left-color: var(--doubt); }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 18px 20px; margin-top: 14px; }
.card > .soft { margin-top: 2px; } .note { margin-top: 8px; font-size: 14px; color: var(--soft); }
.scroll { overflow-x: auto; margin-top: 14px; } .card > .scroll:first-child { margin-top: -6px; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--soft); vertical-align: bottom; }
th, td { padding: 7px 14px 7px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; } tr:last-child td { border-bottom: 0; }
h4 { font-size: 14px; margin: 16px 0 -8px; font-weight: 600; }
.n { text-align: right; white-space: nowrap; } th:last-child:not(.n), td.word { padding-left: 14px; }
.k4 { table-layout: fixed; } .k4 th:nth-child(1) { width: 26%; } .k4 th:nth-child(2), .k4 th:nth-child(3) { width: 22%; }
.k2 { max-width: 70%; } td .soft { font-weight: 400; white-space: normal; }
td.b { color: var(--soft); } td.a { font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .doubt { color: var(--doubt); } .tile b { color: var(--ink); }
.tag { display: inline-block; padding: 1px 8px; border-radius: 999px; font-size: 13px; font-weight: 600; background: var(--grid); }
.tag.good { background: var(--goodbg); } .tag.bad { background: var(--badbg); } .tag.doubt { background: var(--doubtbg); } .tag.plain { color: var(--soft); }
td.word { white-space: normal; }
.doubts { list-style: none; margin: 0; padding: 0; } .doubts li + li { margin-top: 14px; }
.doubts li > div { color: var(--soft); }
.plots { display: grid; grid-template-columns: 1fr; gap: 26px; margin-top: 20px; }
.plots:has(figure + figure) { grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); }
.plots figure:only-child { max-width: 620px; }
figure { margin: 0; position: relative; min-width: 0; } figcaption { font-weight: 600; font-size: 14px; }
.plot svg { display: block; width: 100%; height: auto; margin-top: 6px; touch-action: pan-y; } .plot svg.narrow { display: none; }
.plot text { fill: var(--soft); font-size: 11.5px; } .plot .axis { font-size: 11.5px; }
.grid { stroke: var(--rule); stroke-width: 1; opacity: .7; } .base { stroke: var(--soft); stroke-width: 1; } .cross { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; } .cross[hidden] { display: none; }
.line { fill: none; stroke: var(--k); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; } .area { fill: var(--k); opacity: .14; } circle { fill: var(--k); }
.limit .line { stroke-dasharray: 5 4; stroke-width: 1.6; stroke-linecap: butt; }
.c0 { --k: var(--c0); } .c1 { --k: var(--c1); } .c2 { --k: var(--c2); } .c3 { --k: var(--c3); } .c4 { --k: var(--c4); } .c5 { --k: var(--c5); } .limit { --k: var(--limit); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px 0 0; padding: 0; font-size: 13px; color: var(--soft); }
.legend li::before { content: ""; display: inline-block; width: 18px; border-top: 3px solid var(--k); margin-right: 6px; vertical-align: middle; } .legend li.limit::before { border-top-style: dashed; }
.tip { position: absolute; pointer-events: none; background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: 6px 10px; font-size: 12.5px; line-height: 1.45; box-shadow: 0 4px 16px rgb(0 0 0 / .16); white-space: nowrap; } .tip[hidden] { display: none; }
.tip div + div::before { content: "\\25CF"; color: var(--k); margin-right: 6px; } .tip div:first-child { color: var(--soft); }
.none { color: var(--soft); margin-top: 10px; }
details { margin-top: 14px; } summary { cursor: pointer; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.raw td { font-size: 13px; } .raw td:last-child { min-width: 320px; color: var(--soft); }
@media (max-width: 640px) {
  main { padding: 20px 14px 48px; } h1 { font-size: 22px; } h2 { margin-top: 34px; } .card { padding: 14px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 10px; } .tile { padding: 10px 12px; } .tile b { font-size: 17px; }
  .plots:has(figure + figure) { grid-template-columns: 1fr; } .plot svg.wide { display: none; } .plot svg.narrow { display: block; }
  table.stack thead { display: none; } table.stack tr { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 12px; padding: 10px 0; border-bottom: 1px solid var(--rule); } table.stack tr:last-child { border-bottom: 0; }
  table.stack td { border: 0; padding: 0; text-align: left; white-space: normal; min-width: 0; overflow-wrap: anywhere; } table.stack td:first-child, table.stack td.word { grid-column: 1 / -1; }
  table.stack.k5 tr { grid-template-columns: 1fr 1fr 1.4fr; }
  .k2 { max-width: none; } table.stack td:first-child { font-weight: 600; } table.stack td.word { padding-left: 0; } table.stack td.word:empty { display: none; } table.stack td[data-l]:not(:empty)::before { content: attr(data-l); display: block; font-size: 12px; font-weight: 400; color: var(--soft); }
}
@media print { body { background: none; } .card, .tile { break-inside: avoid; } }
`;
