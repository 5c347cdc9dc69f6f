import { html } from "./preact.js";
import { showHost, state } from "./store.js";
import { When } from "./time.js";

const tones = {
  built: "good",
  tested: "good",
  unchanged: "good",
  deployed: "good",
  "deployed-degraded": "warning",
  "rolled-back": "warning",
  "rollback-failed": "bad",
  failed: "bad",
  unknown: "bad",
};

export function Hosts({ onPick }) {
  const pick = (name) => {
    showHost(state.filter === name ? null : name).catch(() => {});
    onPick();
  };
  return html`<nav class="hosts" aria-label="Hosts">
    <h2>Hosts</h2>
    ${state.hosts.length === 0 && html`<p class="faint">None are known yet.</p>`}
    <ul>${state.hosts.map((host) => html`<li key=${host.name}><${Host} host=${host} onPick=${pick} /></li>`)}</ul>
    <${Parts} />
  </nav>`;
}

function Host({ host, onPick }) {
  const { name, last, active, risk, tags, health } = host;
  return html`<button type="button" class="host" aria-pressed=${state.filter === name} title=${tags.join(", ")} onClick=${() => onPick(name)}>
    <span class=${`dot ${active ? "busy" : (tones[last?.outcome] ?? "neutral")}`} aria-hidden="true"></span>
    <span class="name">${name}</span>
    <span class="what">${active ? (state.deployments.get(active)?.phase ?? "busy") : (last?.outcome ?? "never deployed")}</span>
    <span class="which">
      ${health && health !== "running" && html`<span class="risk">${health}</span>`}
      ${risk === "high" && html`<span class="risk">high risk</span>`}
      ${isKnown(last?.generation) && html`<span>gen ${last.generation}</span>`}
      ${isKnown(last?.revision) && html`<code>${last.revision.slice(0, 7)}</code>`}
      ${isKnown(last?.finishedAt) && html`<${When} at=${last.finishedAt} />`}
    </span>
  </button>`;
}

function isKnown(value) {
  return value !== null && value !== undefined;
}

function Parts() {
  return html`<footer class="parts">
    ${state.parts.map(
      ({ part, ok, detail }) => html`<p key=${part} title=${detail}>
        <span class=${`dot ${ok ? "good" : "bad"}`} aria-hidden="true"></span>${part}${!ok && html`<span class="faint"> ${detail || "not well"}</span>`}
      </p>`,
    )}
    <p class="faint">Switchyard ${state.version}</p>
  </footer>`;
}
