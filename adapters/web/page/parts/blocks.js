import { state } from "../lib/store.js";
import { Elapsed } from "../lib/time.js";
import { lineTone } from "../lib/tones.js";
import { html, useState } from "../preact.js";
import { Buttons } from "./buttons.js";

const rowsAtFirst = 12;

/** One case for each kind in src/chat/blocks.ts. All text goes in as text: nothing here makes markup of it. */
export function Block({ block }) {
  switch (block.kind) {
    case "heading":
      return html`<h4 class=${`heading ${block.tone}`}>${block.text}</h4>`;
    case "text":
    case "decision":
      return html`<p class=${isLoud(block.tone) ? `text note ${block.tone}` : `text ${block.tone}`}>${block.text}</p>`;
    case "fields":
      return html`<${Fields} fields=${block.fields} />`;
    case "steps":
      return html`<ol class="steps" aria-label="Phases">${block.steps.map((step) => html`<${Step} key=${step.name} step=${step} />`)}</ol>`;
    case "table":
      return html`<${Table} columns=${block.columns} rows=${block.rows} />`;
    case "list":
      return html`<${List} ...${block} />`;
    case "picture":
      return html`<img class="picture" alt=${block.alt} src=${`data:image/svg+xml;charset=utf-8,${encodeURIComponent(block.svg)}`} />`;
    case "links":
      return html`<${Links} ...${block} />`;
    case "code":
      return html`<${Code} ...${block} />`;
    case "fold":
      return html`<${Fold} ...${block} />`;
    case "buttons":
      return html`<${Buttons} key=${block.buttons.map((button) => button.command).join("\n")} buttons=${block.buttons} />`;
    default:
      // A page that stayed open while the bot was updated meets blocks it does not know.
      return html`<p class="text note info">Reload the page to see this part.</p>`;
  }
}

function isLoud(tone) {
  return tone === "warning" || tone === "bad";
}

export function Blocks({ blocks }) {
  return blocks.map((block, index) => html`<${Block} key=${`${index}:${block.kind}`} block=${block} />`);
}

function Fields({ fields }) {
  return html`<dl class="fields">
    ${fields.map(
      ({ name, value, share }) => html`<div key=${name}>
        <dt>${name}</dt>
        <dd>${value}${share !== undefined && html`<meter min="0" max="1" low="0.8" high="0.92" optimum="0" value=${share} aria-label=${name}></meter>`}</dd>
      </div>`,
    )}
  </dl>`;
}

export const stateWords = {
  waiting: "to do",
  running: "running",
  done: "done",
  failed: "failed",
  skipped: "skipped",
};

function Step({ step }) {
  const { name, state, detail, startedAt, finishedAt, progress } = step;
  const isTimed = startedAt !== null && state !== "skipped" && state !== "waiting";
  return html`<li class=${`step ${state}`}>
    <span class="mark" aria-hidden="true"></span>
    <span class="name">${name}<span class="unseen">: ${stateWords[state]}</span></span>
    ${detail !== null && html`<span class="detail">${detail}</span>`}
    ${isTimed && html`<span class="elapsed"><${Elapsed} from=${startedAt} to=${state === "running" ? null : (finishedAt ?? startedAt)} /></span>`}
    ${state === "running" && progress !== null && html`<progress max="1" value=${progress} aria-label=${`${name}: progress`}></progress>`}
  </li>`;
}

function Table({ columns, rows }) {
  const [isWhole, showAll] = useState(false);
  const shown = isWhole || rows.length <= rowsAtFirst + 3 ? rows : rows.slice(0, rowsAtFirst);
  return html`<div class="table">
    <div class="scroll" role="region" aria-label=${columns.join(", ")} tabindex="0">
      <table>
        <thead><tr>${columns.map((column) => html`<th scope="col" key=${column}>${column}</th>`)}</tr></thead>
        <tbody>${shown.map((row, index) => html`<tr key=${index}>${row.map((cell, at) => html`<td key=${at}><${Cell} text=${cell} isFirst=${at === 0} /></td>`)}</tr>`)}</tbody>
      </table>
    </div>
    ${shown.length < rows.length && html`<button type="button" class="quiet" onClick=${() => showAll(true)}>Show all ${rows.length}</button>`}
  </div>`;
}

const ids = /\b(d-\d{8}-[0-9a-f]{4})\b/;

/** Ids and hosts lead to their pages. */
function Cell({ text, isFirst }) {
  if (isFirst && state.hosts.some(({ name }) => name === text)) {
    return html`<a href=${`/status/${encodeURIComponent(text)}`}>${text}</a>`;
  }
  return text
    .split(ids)
    .map((part) => (ids.test(part) ? html`<a key=${part} href=${`/d/${part}`}>${part}</a>` : part));
}

function List({ title, items, folded }) {
  if (items.length === 0) return null;
  const entries = html`<ul>${items.map((item, index) => html`<li key=${index}>${item}</li>`)}</ul>`;
  const count = html`<span class="count">${items.length}</span>`;
  if (folded) return html`<details class="list"><summary>${title} ${count}</summary>${entries}</details>`;
  return html`<div class="list"><h4>${title} ${count}</h4>${entries}</div>`;
}

/** Nothing but a web address leads anywhere. */
function Links({ title, items }) {
  if (items.length === 0) return null;
  return html`<div class="links"><p>${title} <span class="count">${items.length}</span></p>
    <ul>${items.map(({ text, url }, index) => html`<li key=${index}>${/^https?:\/\//.test(url ?? "") ? html`<a href=${url} target="_blank" rel="noopener noreferrer">${text}</a>` : text}</li>`)}</ul>
  </div>`;
}

/** Made by the page itself, around what is long: see card.js. */
function Fold({ of, count, blocks }) {
  return html`<details class="fold">
    <summary>${of}${count === 1 ? "" : "s"} <span class="count">${count}</span></summary>
    <div class="inside"><${Blocks} blocks=${blocks} /></div>
  </details>`;
}

function Code({ title, text }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true));
  const isFile = /^[\w.-]+\.(csv|json)$/.test(title);
  return html`<figure class="code">
    <figcaption>
      <span>${title}</span>
      ${isFile && html`<a class="quiet" download=${title} href=${`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}>Save</a>`}
      ${navigator.clipboard && html`<button type="button" class="quiet" onClick=${copy}>${isCopied ? "Copied" : "Copy"}</button>`}
    </figcaption>
    <pre tabindex="0">${text.split("\n").map((line, index) => html`<span key=${index} class=${lineTone(line)}>${`${line}\n`}</span>`)}</pre>
  </figure>`;
}
