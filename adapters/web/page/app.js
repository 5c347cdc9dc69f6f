import { Console } from "./console/console.js";
import { connect } from "./lib/live.js";
import { onArrival } from "./lib/router.js";
import { changed, loadDeployments, onChange, state } from "./lib/store.js";
import { awaitsDecision } from "./lib/tones.js";
import { DeploymentPage } from "./pages/deployment.js";
import { HistoryPage } from "./pages/history.js";
import { HealthOf, View } from "./pages/view.js";
import { Sidebar } from "./parts/sidebar.js";
import { Notice } from "./parts/status.js";
import { Troubles } from "./parts/troubles.js";
import { html, render, useEffect, useReducer, useState } from "./preact.js";

const pages = {
  console: Console,
  deployment: DeploymentPage,
  history: HistoryPage,
  status: View,
  hosts: View,
  help: View,
  stats: View,
  health: HealthOf,
};

function App() {
  const [, redraw] = useReducer((n) => n + 1, 0);
  const [showsSide, setShowsSide] = useState(false);

  useEffect(() => {
    onChange(redraw);
    onArrival((place) => {
      const isOtherList =
        place.name === "console" && place.query.get("host") !== state.place.query.get("host");
      state.place = place;
      setShowsSide(false);
      if (isOtherList) loadDeployments().catch(() => {});
      changed();
    });
    connect();
  }, []);

  useEffect(() => {
    const asked = [...state.deployments.values()].filter(awaitsDecision).length;
    document.title = asked > 0 ? `(${asked}) Switchyard` : "Switchyard";
  });

  useEffect(() => {
    const close = (event) => event.key === "Escape" && setShowsSide(false);
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, []);

  const Page = pages[state.place.name] ?? Nowhere;
  return html`
    <header class="top">
      <button type="button" class="icon-button" aria-expanded=${showsSide} aria-controls="side" aria-label="Menu and hosts" onClick=${() => setShowsSide(!showsSide)}>☰</button>
      <a class="brand" href="/"><img src="/assets/icon.svg" alt="" width="22" height="22" /> Switchyard</a>
    </header>
    <${Sidebar} isShown=${showsSide} />
    <main id="main" onClick=${() => setShowsSide(false)}>
      ${state.link === "lost" && html`<p class="banner" role="status">Connection lost, reconnecting…</p>`}
      <${Troubles} />
      ${state.refusal === null ? html`<${Page} />` : html`<${Refused} refusal=${state.refusal} />`}
    </main>`;
}

function Refused({ refusal }) {
  return html`<${Notice} level=${1} title=${refusal.message}><pre class="help">${refusal.help}</pre><//>`;
}

function Nowhere() {
  return html`<${Notice} level=${1} title="There is nothing at this address"><p><a href="/">Go to the console</a></p><//>`;
}

render(html`<${App} />`, document.querySelector("#app"));
