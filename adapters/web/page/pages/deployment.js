import { useFetched } from "../lib/fetched.js";
import { loadDeployment, state } from "../lib/store.js";
import { Elapsed, When } from "../lib/time.js";
import { LogView } from "../log/log-view.js";
import { Blocks } from "../parts/blocks.js";
import { cardParts } from "../parts/card.js";
import { Avatar, Notice, Title } from "../parts/status.js";
import { Timeline } from "../parts/timeline.js";
import { html } from "../preact.js";

/** All of one deployment: the question, its timeline, what changes, and the log as it grows. */
export function DeploymentPage() {
  const { id } = state.place;
  const deployment = state.deployments.get(id);
  const { error } = useFetched(id, () => (deployment === undefined ? loadDeployment(id) : Promise.resolve()));
  if (deployment === undefined) {
    return error === null
      ? html`<p class="pending pad" role="status">Loading…</p>`
      : html`<${Notice} level=${1} title=${error.status === 404 ? `There is no deployment ${id}` : error.message}>
          <p>${error.status === 404 ? html`It may be mistyped: <a href="/history">look for it in the history</a>.` : error.help}</p>
        <//>`;
  }
  return html`<${Whole} key=${id} deployment=${deployment} />`;
}

function Whole({ deployment }) {
  const { id, host, run, requestedBy, createdAt, finishedAt, outcome, card, log } = deployment;
  const { title, said, facts, steps, more, decision } = cardParts(card);
  return html`<div class="deployment" data-id=${id}>
    <header class="page-head">
      <p class="crumbs"><a href=${`/r/${run}`}>Console</a> / <a href=${`/status/${encodeURIComponent(host)}`}>${host}</a> / <span>${id}</span></p>
      <div class="line-up">
        <${Title} heading=${title} level=${1} />
        <p class="by"><${Avatar} name=${requestedBy.name} /> ${requestedBy.name} <${When} at=${createdAt} /> <span class="elapsed"><${Elapsed} from=${createdAt} to=${finishedAt} /></span></p>
      </div>
      ${said.length > 0 && html`<div class="said"><${Blocks} blocks=${said} /></div>`}
    </header>
    <div class="columns">
      <div class="facts-column" tabindex="0" role="group" aria-label="Timeline and changes">
        ${steps !== null && html`<${Timeline} steps=${steps.steps} from=${createdAt} to=${finishedAt} />`}
        <${Blocks} blocks=${more} />
        <${Blocks} blocks=${facts} />
      </div>
      <${LogView} id=${id} isOver=${outcome !== null} name=${log.split("/").at(-1)} />
    </div>
    ${decision.length > 0 && html`<footer class="decision"><${Blocks} blocks=${decision} /></footer>`}
  </div>`;
}
