/** The page without its style and script; everything inside is filled in by the script. */
export const BODY = `
<div class="page">
<header>
  <h1>prewarm</h1>
  <span id="state" aria-live="polite"></span>
  <span id="about" class="muted small"></span>
  <span class="spring"></span>
  <button id="control" type="button" hidden>Stop</button>
</header>
<div id="lost" class="notices" role="alert"></div>
<form id="login" class="card login" hidden>
  <h2>This worker asks for a token</h2>
  <p class="muted small">It is the value of <code>ADMIN_API_TOKEN</code>. This tab keeps it until it is closed.</p>
  <p id="login-wrong" class="bad small" role="alert" hidden>That is not the token.</p>
  <input id="token" type="password" autocomplete="off" required aria-label="Token" placeholder="Token">
  <button class="primary" type="submit">Open</button>
</form>
<main id="main" hidden>
  <div id="notices" class="notices"></div>
  <dl id="tiles" class="card tiles"></dl>
  <div class="grid two">
    <section class="card">
      <div class="head"><h2 id="throughput-title">Items a minute, last hour</h2>
        <span class="muted"><i class="key"></i>warmed<i class="key bad"></i>failed</span></div>
      <div id="throughput" class="chart"></div>
    </section>
    <section class="card">
      <div class="head"><h2 id="latency-title">Time of the work, last hour</h2>
        <span class="muted"><i class="key"></i>P95<i class="key p50"></i>P50</span></div>
      <div id="latency" class="chart"></div>
    </section>
  </div>
  <div class="grid wide">
    <div class="stack">
      <section class="card"><div class="head"><h2>Lanes</h2><span id="lanes-sum" class="muted"></span></div><div id="lanes" class="lanes"></div></section>
      <section class="card"><div class="head"><h2>Last failures</h2><span id="failures-sum" class="muted"></span></div><div id="failures"></div></section>
    </div>
    <div class="stack">
      <section class="card"><div class="head"><h2>Last passes</h2></div><div id="passes"></div></section>
      <section class="card"><div class="head"><h2>Cache of downloads</h2></div><div id="cache"></div></section>
    </div>
  </div>
  <footer>
    <span id="updated"></span><span id="floods"></span>
    <button id="forget" class="quiet" type="button" hidden>Forget the token</button>
  </footer>
</main>
</div>`;

/** A white diamond, so that browsers ask for no favicon. */
export const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%232f6fde'/%3E%3Cpath d='M8 3l4 5-4 5-4-5z' fill='white'/%3E%3C/svg%3E";
