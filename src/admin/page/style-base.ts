/** Colours for light and dark, type, and the shape of the page. */
export const STYLE_BASE = `
:root {
  color-scheme: light dark;
  --bg: #f5f6f8; --card: #ffffff; --line: #e5e8ec; --soft: #f0f2f5;
  --text: #1a1e24; --muted: #667080; --accent: #2f6fde; --faint: #b9cdf3;
  --good: #157f56; --good-bg: #e5f5ee; --warn: #9a5b00; --warn-bg: #fdf3dd;
  --bad: #c0392b; --bad-bg: #fdebe8; --shadow: 0 1px 2px rgba(20, 28, 40, .05);
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0e1116; --card: #161a21; --line: #262c36; --soft: #1d222b;
    --text: #e7eaef; --muted: #939daa; --accent: #6c9ff8; --faint: #4c6ca6;
    --good: #57c795; --good-bg: #14291f; --warn: #e5ac55; --warn-bg: #2b2313;
    --bad: #f1786a; --bad-bg: #321a18; --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--bg); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums;
}
.page { max-width: 1160px; margin: 0 auto; padding: 28px 24px 40px; }
[hidden] { display: none !important; }
h1, h2, p, dl, dd, ul { margin: 0; padding: 0; }
h2 { font-size: 14px; font-weight: 600; }
ul { list-style: none; }
code, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .92em; }
.muted { color: var(--muted); }
.small { font-size: 13px; }
header { display: flex; align-items: center; gap: 14px; margin-bottom: 22px; flex-wrap: wrap; }
h1 { font-size: 20px; font-weight: 650; letter-spacing: -.01em; }
header .spring { flex: 1; }
.pill {
  display: inline-flex; align-items: center; gap: 8px; padding: 3px 12px 3px 10px; border-radius: 999px;
  font-size: 13.5px; font-weight: 550; background: var(--soft); color: var(--muted);
}
.pill::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: currentColor; }
.pill.good { background: var(--good-bg); color: var(--good); }
.pill.warn { background: var(--warn-bg); color: var(--warn); }
.pill.bad { background: var(--bad-bg); color: var(--bad); }
button {
  font: inherit; font-weight: 550; color: var(--text); background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; padding: 6px 16px; min-height: 36px; cursor: pointer; box-shadow: var(--shadow);
}
button:hover { border-color: var(--muted); }
button.primary { background: var(--accent); border-color: var(--accent); color: #fff; }
button.quiet { border: 0; background: none; box-shadow: none; color: var(--muted); padding: 0; min-height: 0; font-weight: 400; text-decoration: underline; }
button:disabled { opacity: .5; cursor: default; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
input {
  font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--line); border-radius: 8px;
  padding: 7px 12px; min-height: 38px; width: 100%;
}
@media (prefers-color-scheme: dark) { button.primary { color: #0e1116; } }
footer { margin-top: 26px; display: flex; gap: 8px 18px; flex-wrap: wrap; color: var(--muted); font-size: 13px; }
.stale { opacity: .45; transition: opacity .3s; }
@media (max-width: 640px) {
  .page { padding: 18px 14px 32px; }
  header { gap: 6px 10px; margin-bottom: 16px; } #about { order: 1; flex-basis: 100%; }
}
`;
