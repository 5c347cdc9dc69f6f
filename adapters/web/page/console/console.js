import { chosenHost, showOlder, state } from "../lib/store.js";
import { dayKey, dayOf } from "../lib/time.js";
import { awaitsDecision } from "../lib/tones.js";
import { html, useRef } from "../preact.js";
import { useChannel } from "./channel.js";
import { Composer } from "./composer.js";
import { Note, RunEntry } from "./root-card.js";
import { Thread } from "./thread.js";
import { likeliestRun, timeline } from "./timeline.js";

/** The channel of everybody's runs, and the thread of one of them beside it. */
export function Console() {
  // What is being typed is the composer's own: a key must not draw the channel again.
  const composer = useRef(null);
  const setDraft = (text) => composer.current(text);
  const channel = useChannel();
  const host = chosenHost();
  const entries = timeline(state, host);
  const chosen = state.place.run ?? null;
  const shown = chosen ?? likeliestRun(entries, awaitsDecision);
  const all = chosen === null ? entries : timeline({ ...state, oldest: "" }, null);
  return html`<div class=${`console ${chosen === null ? "" : "chosen"}`}>
    <h1 class="unseen">Console</h1>
    <section class="pane" aria-label="Channel">
      ${host !== null && html`<${Narrowed} host=${host} setDraft=${setDraft} />`}
      <div class="channel" ref=${channel.box} onScroll=${channel.onScroll} onClick=${channel.onClick} tabindex="0" role="group" aria-label="Deployments">
        <div class="entries" ref=${channel.content}>
          ${state.mayHaveOlder && html`<p class="older"><button type="button" class="quiet" onClick=${() => showOlder()}>Show older</button></p>`}
          ${entries.map((entry, index) => html`<${Entry} key=${entry.key} entry=${entry} before=${entries[index - 1]} isChosen=${entry.key === shown} />`)}
          ${entries.length === 0 && state.link !== "connecting" && html`<${Empty} host=${host} setDraft=${setDraft} />`}
        </div>
      </div>
      <div class="below">
        ${!channel.isAtEnd && html`<button type="button" class="button small newest" onClick=${channel.toEnd}>Newest ↓</button>`}
        <${Composer} fill=${composer} onSaid=${channel.toEnd} />
      </div>
    </section>
    ${shown === null ? html`<section class="thread idle" aria-label="Thread"></section>` : html`<${Thread} key=${shown} id=${shown} entry=${all.find(({ key }) => key === shown)} />`}
  </div>`;
}

function Entry({ entry, before, isChosen }) {
  const isNewDay = before === undefined || dayKey(before.at) !== dayKey(entry.at);
  return html`
    ${isNewDay && html`<h2 class="day"><span>${dayOf(entry.at)}</span></h2>`}
    ${entry.kind === "note" ? html`<${Note} note=${entry.note} />` : html`<${RunEntry} run=${entry.run} members=${entry.members} isChosen=${isChosen} />`}`;
}

function Narrowed({ host, setDraft }) {
  const commands = [`/deploy ${host}`, `/rollback ${host}`, `/generations ${host}`];
  return html`<div class="narrowed">
    <b>${host}</b>
    ${commands.map((command) => html`<button type="button" class="chip" key=${command} onClick=${() => setDraft(command)}>${command}</button>`)}
    <span class="end">
      <a class="quiet" href=${`/health/${encodeURIComponent(host)}`}>Health</a>
      <a class="quiet" href="/">All hosts</a>
    </span>
  </div>`;
}

function Empty({ host, setDraft }) {
  // Nobody's first try should be the machine that matters most.
  const calm = state.hosts.find(({ risk }) => risk === "low") ?? state.hosts[0];
  const name = host ?? calm?.name ?? "yoga";
  return html`<div class="empty">
    <h2 class="headline">Nothing has been deployed yet</h2>
    <p>Type a command below, or start with one of these:</p>
    <p class="row">
      ${[`/deploy ${name}`, "/build-all", "/help"].map((command) => html`<button type="button" class="chip" key=${command} onClick=${() => setDraft(command)}>${command}</button>`)}
    </p>
  </div>`;
}
