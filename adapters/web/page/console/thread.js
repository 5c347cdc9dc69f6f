import { useFetched } from "../lib/fetched.js";
import { memo } from "../lib/memo.js";
import { loadRun, state } from "../lib/store.js";
import { Elapsed } from "../lib/time.js";
import { toneOf } from "../lib/tones.js";
import { Blocks } from "../parts/blocks.js";
import { cardParts, runParts } from "../parts/card.js";
import { Badge, Notice, Segments, Title } from "../parts/status.js";
import { html, useState } from "../preact.js";
import { Asked } from "./root-card.js";

/** A run beside the channel: phases, what would change, the question, and how it ended. */
export function Thread({ entry, id }) {
  const { error } = useFetched(id, () => (entry === undefined ? loadRun(id) : Promise.resolve()));
  if (entry === undefined) return html`<${Missing} id=${id} error=${error} />`;
  const [only, ...others] = entry.members;
  const isOne = only !== undefined && others.length === 0;
  return isOne
    ? html`<${OneHost} key=${entry.key} run=${entry.run} deployment=${only} />`
    : html`<${ManyHosts} key=${entry.key} run=${entry.run} members=${entry.members} />`;
}

function Missing({ id, error }) {
  return html`<section class="thread" aria-label="Thread">
    <header class="thread-head"><h2 class="title">${id}</h2><${Close} /></header>
    ${
      error === null
        ? html`<p class="pending" role="status">Loading…</p>`
        : html`<${Notice} title=${error.message}><p><a href="/history">Look for it in the history</a></p><//>`
    }
  </section>`;
}

function Close() {
  return html`<a class="icon-button only-covering" href=${chosenPath()} aria-label="Back to the channel">✕</a>`;
}

function chosenPath() {
  const host = state.place.query.get("host");
  return host === null ? "/" : `/?host=${encodeURIComponent(host)}`;
}

const OneHost = memo(({ run, deployment }) => {
  const { title, decision, ...parts } = cardParts(deployment.card);
  return html`<section class=${`thread ${title?.tone ?? "neutral"}`} aria-label="Thread" data-id=${deployment.id}>
    <header class="thread-head">
      <${Title} heading=${title} level=${2} />
      <a class="button small" href=${`/d/${deployment.id}`}>Log and timeline</a>
      <${Close} />
    </header>
    <div class="thread-body" tabindex="0" role="group" aria-label="Phases and changes">
      <${Asked} by=${deployment.requestedBy.name} command=${run?.command ?? ""} at=${deployment.createdAt} />
      <${Body} ...${parts} />
    </div>
    ${decision.length > 0 && html`<footer class="decision"><${Blocks} blocks=${decision} /></footer>`}
  </section>`;
});

function Body({ said, facts, steps, more }) {
  return html`
    <${Blocks} blocks=${said} />
    ${steps !== null && html`<${Blocks} blocks=${[steps]} />`}
    <${Blocks} blocks=${more} />
    <${Blocks} blocks=${facts} />`;
}

const ManyHosts = memo(({ run, members }) => {
  const { title, facts, decision } = runParts(run?.card ?? []);
  return html`<section class=${`thread ${title?.tone ?? "neutral"}`} aria-label="Thread">
    <header class="thread-head"><${Title} heading=${title} level=${2} /><${Close} /></header>
    <div class="thread-body" tabindex="0" role="group" aria-label="Hosts of this run">
      ${run !== null && html`<${Asked} by=${run.requestedBy.name} command=${run.command} at=${run.createdAt} />`}
      <${Blocks} blocks=${facts} />
      <div class="members">${members.map((one) => html`<${Member} key=${one.id} deployment=${one} />`)}</div>
    </div>
    ${decision.length > 0 && html`<footer class="decision"><${Blocks} blocks=${decision} /></footer>`}
  </section>`;
});

/** A deployment of a run: a line, and its whole card when unfolded. */
const Member = memo(({ deployment }) => {
  const [isOpen, setOpen] = useState(false);
  const { id, host, outcome, phase, createdAt, finishedAt, card } = deployment;
  const { title, decision, ...parts } = cardParts(card);
  return html`<details class="member" open=${isOpen} onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>
      <span class="name">${host}<span class="unseen">: </span></span>
      <${Badge} tone=${toneOf(outcome)} words=${outcome ?? phase} />
      ${parts.steps !== null && html`<${Segments} steps=${parts.steps.steps} />`}
      <span class="elapsed"><${Elapsed} from=${createdAt} to=${finishedAt} /></span>
    </summary>
    ${
      isOpen &&
      html`<div class="inside" data-id=${id}>
        <p class="unseen">${title?.text}</p>
        <${Body} ...${parts} />
        <${Blocks} blocks=${decision} />
        <p><a class="button small" href=${`/d/${id}`}>Log and timeline</a></p>
      </div>`
    }
  </details>`;
});
