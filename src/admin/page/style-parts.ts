/** Cards, tiles, notices, charts, tables. */
export const STYLE_PARTS = `
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); padding: 18px 20px; min-width: 0; }
.card > .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 10px; margin-bottom: 12px; white-space: nowrap; }
.card > .head .muted { margin-left: auto; font-size: 13px; text-align: right; }
.grid { display: grid; gap: 16px; margin-top: 16px; }
.two { grid-template-columns: 1fr 1fr; }
.wide { grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); }
.stack { display: grid; gap: 16px; align-content: start; min-width: 0; }
.tiles { display: grid; grid-template-columns: repeat(6, 1fr); gap: 0; padding: 0; overflow: hidden; }
.tile { padding: 16px 18px; border-left: 1px solid var(--line); min-width: 0; }
.tile:first-child { border-left: 0; }
.tile dt { color: var(--muted); font-size: 13px; white-space: nowrap; }
.tile dd { font-size: 25px; font-weight: 600; letter-spacing: -.02em; line-height: 1.3; white-space: nowrap; }
.tile dd .unit { font-size: 13px; font-weight: 400; color: var(--muted); letter-spacing: 0; margin-left: 3px; }
.tile .note { color: var(--muted); font-size: 12.5px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.tile .note.warn { color: var(--warn); } .tile dd.warn { color: var(--warn); } .tile dd.bad { color: var(--bad); }
.bar { display: block; height: 4px; border-radius: 2px; background: var(--soft); margin: 6px 0 5px; overflow: hidden; }
.bar i { display: block; height: 100%; border-radius: 2px; background: var(--accent); }
.bar.warn i { background: var(--warn); }
.notices { display: grid; gap: 10px; margin-bottom: 16px; }
.notices:empty { display: none; }
.notice { border-radius: 12px; padding: 13px 18px; background: var(--warn-bg); border-left: 4px solid var(--warn); }
.notice.bad { background: var(--bad-bg); border-left-color: var(--bad); color: var(--text); }
.notice.calm { background: var(--soft); border-left-color: var(--muted); }
.notice strong { font-weight: 600; }
.next { color: var(--muted); font-size: 13.5px; overflow-wrap: anywhere; }
.next::before { content: "Next: "; font-weight: 600; }
.chart { position: relative; height: 168px; }
.chart svg { display: block; width: 100%; height: 100%; touch-action: pan-y; }
.chart text { fill: var(--muted); font-size: 11px; }
.chart .rule { stroke: var(--line); } .chart .done { fill: var(--accent); } .chart .bad { fill: var(--bad); }
.chart .open { opacity: .5; } .chart .hit { fill: var(--soft); }
.chart .p95 { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.chart .p50 { fill: none; stroke: var(--faint); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.tip {
  position: absolute; top: 0; pointer-events: none; background: var(--text); color: var(--card); border-radius: 8px;
  padding: 6px 10px; font-size: 12.5px; line-height: 1.45; white-space: nowrap; z-index: 1;
}
.key { display: inline-block; width: 9px; height: 9px; border-radius: 2px; margin: 0 5px 0 12px; background: var(--accent); }
.key.p50 { background: var(--faint); } .key.bad { background: var(--bad); }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-size: 12.5px; font-weight: 500; color: var(--muted); padding: 0 12px 6px 0; white-space: nowrap; }
td { padding: 9px 12px 9px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
.num { text-align: right; white-space: nowrap; }
.state { font-weight: 550; white-space: nowrap; } .state.good { color: var(--good); } .state.warn { color: var(--warn); } .state.bad { color: var(--bad); }
.items li { padding: 12px 0; border-top: 1px solid var(--line); }
.items li:first-child { border-top: 0; padding-top: 0; } .items li:last-child { padding-bottom: 0; }
.items .top { display: flex; gap: 12px; align-items: baseline; }
.items .top .name { flex: 1; min-width: 0; overflow-wrap: anywhere; font-weight: 500; }
.items .top .when { color: var(--muted); font-size: 13px; white-space: nowrap; }
.tag { font-size: 12px; font-weight: 550; padding: 1px 7px; border-radius: 5px; background: var(--bad-bg); color: var(--bad); white-space: nowrap; }
.tag.unknown { background: var(--warn-bg); color: var(--warn); }
.facts { display: grid; grid-template-columns: 1fr auto; gap: 6px 16px; }
.facts dt { color: var(--muted); } .facts dd { text-align: right; }
.items + button { margin-top: 12px; } .bad { color: var(--bad); } .chat { white-space: nowrap; }
.lanes td:first-child { width: 36%; }
.empty { color: var(--muted); padding: 6px 0; }
.login { max-width: 420px; margin: 12vh auto 0; display: grid; gap: 14px; }
@media (max-width: 1000px) {
  .two, .wide { grid-template-columns: minmax(0, 1fr); }
  .tiles { grid-template-columns: repeat(3, 1fr); }
  .tile:nth-child(3n + 1) { border-left: 0; } .tile:nth-child(n + 4) { border-top: 1px solid var(--line); }
}
@media (max-width: 640px) {
  .card { padding: 16px; } .card.tiles { padding: 0; } .grid, .stack { gap: 12px; } .grid { margin-top: 12px; }
  .tiles { grid-template-columns: 1fr 1fr; } .tile { padding: 13px 16px; } .tile dd { font-size: 23px; }
  .tile:nth-child(3n + 1) { border-left: 1px solid var(--line); } .tile:nth-child(2n + 1) { border-left: 0; }
  .tile:nth-child(n + 3) { border-top: 1px solid var(--line); }
  table, tbody, tr, td { display: block; } thead { display: none; }
  tr { display: grid; grid-template-columns: 1fr auto; gap: 2px 12px; border-top: 1px solid var(--line); padding: 10px 0; }
  tbody tr:first-child { border-top: 0; padding-top: 0; } td { border: 0; padding: 0; } td.full { grid-column: 1 / -1; }
  .lanes td:first-child { width: auto; }
  #failures .top { flex-wrap: wrap; gap: 2px 10px; } #failures .name { flex-basis: 100%; } #failures .when { margin-left: auto; }
  .state-cell, td:nth-child(4) { text-align: right; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--muted); font-size: 13px; } .num { text-align: left; }
}
`;
