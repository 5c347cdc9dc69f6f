import { Buttons } from "./buttons.js";
import { html, useState } from "./preact.js";
import { Elapsed } from "./time.js";

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
    case "code":
      return html`<${Code} ...${block} />`;
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
    ${fields.map(({ name, value }) => html`<div key=${name} class=${value.length > 26 ? "wide" : ""}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

const stateWords = {
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
        <tbody>${shown.map((row, index) => html`<tr key=${index}>${row.map((cell, at) => html`<td key=${at}>${cell}</td>`)}</tr>`)}</tbody>
      </table>
    </div>
    ${shown.length < rows.length && html`<button type="button" class="quiet" onClick=${() => showAll(true)}>Show all ${rows.length}</button>`}
  </div>`;
}

function List({ title, items, folded }) {
  if (items.length === 0) return null;
  const entries = html`<ul>${items.map((item, index) => html`<li key=${index}>${item}</li>`)}</ul>`;
  const count = html`<span class="count">${items.length}</span>`;
  if (folded) return html`<details class="list"><summary>${title} ${count}</summary>${entries}</details>`;
  return html`<div class="list"><h4>${title} ${count}</h4>${entries}</div>`;
}

function Code({ title, text }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true));
  return html`<figure class="code">
    <figcaption>
      <span>${title}</span>
      ${navigator.clipboard && html`<button type="button" class="quiet" onClick=${copy}>${isCopied ? "Copied" : "Copy"}</button>`}
    </figcaption>
    <pre tabindex="0">${text}</pre>
  </figure>`;
}
