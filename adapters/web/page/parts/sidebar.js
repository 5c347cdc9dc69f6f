import { chosenHost, signOut, state } from "../lib/store.js";
import { nextTheme, theme } from "../lib/theme.js";
import { Ago } from "../lib/time.js";
import { healthTone, toneOf } from "../lib/tones.js";
import { html, useState } from "../preact.js";
import { Avatar } from "./status.js";

const pages = [
  ["/", "console", "Console"],
  ["/status", "status", "Status"],
  ["/history", "history", "History"],
  ["/hosts", "hosts", "Hosts"],
  ["/stats", "stats", "Statistics"],
  ["/help", "help", "Commands"],
];

export function Sidebar({ isShown }) {
  return html`<aside id="side" class=${isShown ? "side shown" : "side"} aria-label="Pages and hosts">
    <a class="brand" href="/"><img src="/assets/icon.svg" alt="" width="22" height="22" /> Switchyard</a>
    <nav aria-label="Pages">
      <ul>${pages.map(([path, name, words]) => html`<li key=${path}><a class="page-link" href=${path} aria-current=${state.place.name === name && chosenHost() === null ? "page" : undefined}>${words}</a></li>`)}</ul>
    </nav>
    <nav class="hosts" aria-label="Hosts">
      <h2>Hosts <span class="count">${state.hosts.length}</span></h2>
      ${state.trouble !== null && html`<${Trouble} trouble=${state.trouble} />`}
      ${state.hosts.length === 0 && state.trouble === null && state.link !== "connecting" && html`<p class="faint none">The flake has no hosts.</p>`}
      <ul>${state.hosts.map((host) => html`<li key=${host.name}><${Host} host=${host} /></li>`)}</ul>
    </nav>
    <${Foot} />
  </aside>`;
}

/** Why the hosts could not be read: the reason, and on demand all that was said. */
function Trouble({ trouble: { message, help } }) {
  const [first, ...lines] = message.split("\n");
  return html`<div class="trouble">
    <p class="tone warning">${first}</p>
    ${lines.length > 0 && html`<details><summary>Its last lines</summary><pre>${lines.join("\n")}</pre></details>`}
    ${help !== null && html`<p class="faint">${help}</p>`}
  </div>`;
}

function Host({ host }) {
  const { name, last, active, risk, tags, health, runs, lock } = host;
  const isChosen = chosenHost() === name;
  const { generation = null, revision = null } = runs ?? last ?? {};
  const phase = active === null ? null : (state.deployments.get(active)?.phase ?? "busy");
  return html`<a class="host" href=${isChosen ? "/" : `/?host=${encodeURIComponent(name)}`} aria-current=${isChosen ? "true" : undefined} title=${tags.join(", ")}>
    <span class=${`dot ${phase === null ? healthTone(health) : "info busy"}`} aria-hidden="true"></span>
    <span class="name">${name}</span>
    ${lock && html`<span class="risk locked" title=${`Locked by ${lock.by}: ${lock.reason}`}>locked</span>`}
    ${risk === "high" && html`<span class="risk">high risk</span>`}
    <span class="which">
      ${generation !== null && html`<span>gen ${generation}</span>`}
      ${revision !== null && html`<code>${revision.slice(0, 7)}</code>`}
      <span class="health">${health ?? "not seen yet"}</span>
      ${runs?.differs && html`<span class="differs" title=${runs.differs}>boots another</span>`}
    </span>
    <span class="latest">${phase === null ? html`<${Latest} last=${last} />` : html`<b class="info">${phase}</b>`}</span>
  </a>`;
}

function Latest({ last }) {
  if (last === null) return "never deployed";
  const words = last.mode === "rollback" && last.outcome === "deployed" ? "rolled back" : last.outcome;
  return html`<span class=${`tone ${toneOf(last.outcome)}`}>${words}</span>${last.finishedAt !== null && html` <${Ago} at=${last.finishedAt} />`}`;
}

/** The bar on top of the page has the words. */
const isTold = (part) => state.troubles.some((trouble) => trouble.part === part);

function Foot() {
  return html`<footer class="foot">
    <ul class="bot-parts" aria-label="Parts of the bot">
      ${state.parts.map(
        ({ part, ok, detail }) => html`<li key=${part} title=${detail}>
          <span class=${`dot ${ok ? "good" : "bad"}`} aria-hidden="true"></span>${part}${!ok && html` <span class="bad">${isTold(part) ? "not well" : detail || "not well"}</span>`}
        </li>`,
      )}
    </ul>
    <div class="me">
      ${state.who !== "" && html`<${Avatar} name=${state.who} /><span class="name">${state.who}</span>`}
      <${ThemeButton} />
      ${state.canSignOut && html`<button type="button" class="quiet" onClick=${() => signOut()}>Sign out</button>`}
    </div>
    <p class="faint version">Switchyard ${state.version}</p>
  </footer>`;
}

const themeSigns = { auto: "◐", light: "☀", dark: "☾" };

function ThemeButton() {
  const [, redraw] = useState(0);
  const next = () => {
    nextTheme();
    redraw((n) => n + 1);
  };
  return html`<button type="button" class="icon-button theme" aria-label=${`Theme: ${theme()}`} title=${`Theme: ${theme()}`} onClick=${next}>${themeSigns[theme()]}</button>`;
}
