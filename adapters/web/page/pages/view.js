import { post } from "../lib/api.js";
import { useFetched } from "../lib/fetched.js";
import { state } from "../lib/store.js";
import { Ago } from "../lib/time.js";
import { Blocks } from "../parts/blocks.js";
import { Refusal } from "../parts/buttons.js";
import { Notice, Title } from "../parts/status.js";
import { html } from "../preact.js";

/** A command that only looks, as a page: the same words and the same view as in the channel. */
export function View() {
  const { name, host, path } = state.place;
  const command = `/${name}${host === undefined ? "" : ` ${host}`}`;
  const { data, error, isLoading, again } = useFetched(path, async () => ({
    ...(await post("/api/commands", { text: command })),
    at: new Date().toISOString(),
  }));
  const [first, ...rest] = data?.blocks ?? [];
  const title = first?.kind === "heading" ? first : null;
  return html`<div class="sheet" tabindex="0" role="group" aria-label=${command}>
    <header class="page-head">
      ${host !== undefined && html`<p class="crumbs"><a href="/status">Status</a> / <span>${host}</span></p>`}
      <div class="line-up">
        ${title === null ? html`<h1 class="title">${host ?? names[name]}</h1>` : html`<${Title} heading=${title} level=${1} />`}
        <p class="by">
          ${host !== undefined && html`<${Neighbours} host=${host} name=${name} />`}
          <button type="button" class="button small" disabled=${isLoading} onClick=${again}>${isLoading ? "Looking…" : "Refresh"}</button>
          ${data !== null && html`<span class="faint"><${Ago} at=${data.at} /></span>`}
        </p>
      </div>
    </header>
    <div class="sheet-body">
      ${isLoading && data === null && html`<p class="pending" role="status">Asking the ${host === undefined ? "hosts" : "host"}…</p>`}
      ${error !== null && html`<${Refusal} error=${error} onRetry=${again} />`}
      ${data !== null && (data.blocks.length === 0 ? html`<p class="text">${data.text}</p>` : html`<${Blocks} blocks=${title === null ? data.blocks : rest} />`)}
    </div>
  </div>`;
}

const names = {
  status: "What runs where",
  hosts: "Hosts",
  help: "Commands",
  health: "Health",
  stats: "Statistics",
};

function Neighbours({ host, name }) {
  const other = name === "health" ? "status" : "health";
  const encoded = encodeURIComponent(host);
  return html`<a class="button small" href=${`/${other}/${encoded}`}>${other === "health" ? "Health" : "Status"}</a>
    <a class="button small" href=${`/history?host=${encoded}`}>History</a>`;
}

/** `/health` needs to know of which host. */
export function HealthOf() {
  if (state.place.host !== undefined) return html`<${View} />`;
  return html`<${Notice} level=${1} title="The health of which host?">
    <p class="row">${state.hosts.map(({ name }) => html`<a key=${name} class="button small" href=${`/health/${encodeURIComponent(name)}`}>${name}</a>`)}</p>
  <//>`;
}
