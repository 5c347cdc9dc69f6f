import { memo } from "../lib/memo.js";
import { sayAgain, state } from "../lib/store.js";
import { Elapsed, When } from "../lib/time.js";
import { toneOf } from "../lib/tones.js";
import { Blocks } from "../parts/blocks.js";
import { Refusal } from "../parts/buttons.js";
import { cardParts } from "../parts/card.js";
import { Avatar, Segments, Title } from "../parts/status.js";
import { html } from "../preact.js";

export function Asked({ by, command, at }) {
  return html`<p class="asked">
    <${Avatar} name=${by} /><b>${by}</b>
    ${command !== "" && html`<code>${command}</code>`} <${When} at=${at} />
  </p>`;
}

/** One entry of the channel: who asked for what, and how it stands. The thread beside it has the rest. */
export const RunEntry = memo(({ run, members, isChosen }) => {
  const [only, ...others] = members;
  const asked = run ?? only;
  const card = run !== null && (others.length > 0 || only === undefined) ? run.card : only.card;
  const { title, said, steps } = cardParts(card);
  return html`<div class="entry" data-run=${run?.id ?? only.run}>
    <${Asked} by=${asked.requestedBy.name} command=${run?.command ?? ""} at=${asked.createdAt} />
    <article class=${`root ${title?.tone ?? "neutral"}`} aria-current=${isChosen ? "true" : undefined}>
      <${Title} heading=${title} href=${`/r/${run?.id ?? only.run}`} />
      ${only === undefined && html`<${Blocks} blocks=${card.slice(1)} />`}
      ${only !== undefined && others.length === 0 && html`<${Single} one=${only} said=${said} steps=${steps} />`}
      ${others.length > 0 && html`<${Several} members=${members} />`}
    </article>
  </div>`;
});

function Single({ one, said, steps }) {
  const { commit, revision, createdAt, finishedAt } = one;
  const words = said[0]?.text ?? commit?.subject ?? "";
  return html`
    <p class="gist">${words}</p>
    <div class="pace">
      ${steps !== null && html`<${Segments} steps=${steps.steps} />`}
      ${revision !== null && html`<code>${revision.slice(0, 7)}</code>`}
      <span class="elapsed"><${Elapsed} from=${createdAt} to=${finishedAt} /></span>
    </div>`;
}

function Several({ members }) {
  return html`<ul class="hosts-of">
    ${members.map(
      ({ id, host, outcome, phase }) => html`<li key=${id}>
        <span class=${`dot ${toneOf(outcome)} ${outcome === null ? "busy" : ""}`} aria-hidden="true"></span><span>${host}</span>
        <span class="faint">${outcome ?? phase}</span>
      </li>`,
    )}
  </ul>`;
}

/** What was typed here and began nothing: its answer, or why there is none. */
export function Note({ note }) {
  const { reply, error } = note;
  return html`<div class="entry">
    <${Asked} by=${state.who} command=${note.text} at=${note.at} />
    ${reply === null && error === null && html`<p class="pending" role="status">working on it…</p>`}
    ${error !== null && html`<${Refusal} error=${error} onRetry=${() => sayAgain(note)} />`}
    ${reply !== null && html`<${Answer} reply=${reply} />`}
  </div>`;
}

function Answer({ reply }) {
  const { text, blocks, run } = reply;
  if (run !== undefined) return html`<p class="pending"><a href=${`/r/${run}`}>${text}</a></p>`;
  const [title, ...rest] = blocks[0]?.kind === "heading" ? blocks : [null, ...blocks];
  return html`<article class=${`card ${title?.tone ?? "neutral"}`}>
    ${title !== null && html`<${Title} heading=${title} />`}
    ${blocks.length === 0 ? html`<p class="text">${text}</p>` : html`<${Blocks} blocks=${rest} />`}
  </article>`;
}
