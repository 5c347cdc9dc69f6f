import { Block, Blocks } from "./blocks.js";
import { Refusal } from "./buttons.js";
import { LogPanel } from "./log.js";
import { html, useState } from "./preact.js";
import { sayAgain, showLog, state } from "./store.js";
import { When } from "./time.js";

/** One entry of the channel: who asked for what, and under it the bot's card or answer. */
export function Entry({ entry, isLast }) {
  switch (entry.kind) {
    case "note":
      return html`<${Note} note=${entry.note} />`;
    case "deployment": {
      const { deployment, run } = entry;
      return html`<div class="entry">
        <${Asked} by=${deployment.requestedBy.name} command=${run?.command ?? ""} at=${deployment.createdAt} />
        <${DeploymentCard} deployment=${deployment} isOpenAtFirst=${isLast || deployment.outcome === null} />
      </div>`;
    }
    case "run": {
      const { run, members } = entry;
      return html`<div class="entry">
        <${Asked} by=${run.requestedBy.name} command=${run.command} at=${run.createdAt} />
        <${Card} blocks=${run.card} isOpenAtFirst=${true}>
          <div class="members">${members.map((one) => html`<${Member} key=${one.id} deployment=${one} />`)}</div>
        <//>
      </div>`;
    }
  }
}

function Asked({ by, command, at }) {
  return html`<p class="asked">
    <span class="avatar" aria-hidden="true">${by.slice(0, 1).toUpperCase()}</span>
    <b>${by}</b> ${command !== "" && html`<code>${command}</code>`} <${When} at=${at} />
  </p>`;
}

function DeploymentCard({ deployment, isOpenAtFirst }) {
  const { id, card } = deployment;
  const hasLog = state.openLog === id;
  const log = html`<button type="button" class="quiet" aria-expanded=${hasLog} onClick=${() => showLog(hasLog ? null : id)}>Log</button>`;
  return html`<${Card} id=${id} blocks=${card} isOpenAtFirst=${isOpenAtFirst} tools=${log} log=${hasLog && html`<${LogPanel} id=${id} />`} />`;
}

/** Folded, a card says how it ended and offers its buttons; the thread with the phases is one click away. */
function Card({ id, blocks, isOpenAtFirst, tools, log, children }) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const [title, ...rest] = blocks[0]?.kind === "heading" ? blocks : [null, ...blocks];
  const isShort = ({ kind }) => kind === "text" || kind === "buttons";
  const canFold = !rest.every(isShort);
  return html`<article class=${`card ${title?.tone ?? "neutral"}`} data-id=${id}>
    <header>
      ${title !== null && html`<h3>${title.text}</h3>`}
      <span class="tools">
        ${tools}
        ${canFold && html`<button type="button" class="quiet" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${isOpen ? "Less" : "Details"}</button>`}
      </span>
    </header>
    ${log}
    ${rest.map((block, index) => (isOpen || isShort(block)) && html`<${Block} key=${`${index}:${block.kind}`} block=${block} />`)}
    ${children}
  </article>`;
}

/** A deployment beneath its run: a line, and the whole card when unfolded. */
function Member({ deployment }) {
  const [isOpen, setOpen] = useState(false);
  const [title, ...rest] = deployment.card;
  const hasLog = state.openLog === deployment.id;
  return html`<details class="member" open=${isOpen} onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary><span class=${`dot ${title?.tone ?? "neutral"}`} aria-hidden="true"></span>${title?.text ?? deployment.host}</summary>
    ${
      isOpen &&
      html`<div class="inside" data-id=${deployment.id}>
        <button type="button" class="quiet" aria-expanded=${hasLog} onClick=${() => showLog(hasLog ? null : deployment.id)}>Log</button>
        ${hasLog && html`<${LogPanel} id=${deployment.id} />`}
        <${Blocks} blocks=${rest} />
      </div>`
    }
  </details>`;
}

function Note({ note }) {
  const { reply, error } = note;
  return html`<div class="entry">
    <${Asked} by=${state.who} command=${note.text} at=${note.at} />
    ${reply === null && error === null && html`<p class="pending">…</p>`}
    ${error !== null && html`<${Refusal} error=${error} onRetry=${() => sayAgain(note)} />`}
    ${reply !== null && html`<${Answer} reply=${reply} />`}
  </div>`;
}

function Answer({ reply }) {
  if (reply.blocks.length > 0) return html`<${Card} blocks=${reply.blocks} isOpenAtFirst=${true} />`;
  return html`<article class="card neutral"><p class="text">${reply.text}</p></article>`;
}
