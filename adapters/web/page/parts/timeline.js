import { Elapsed, serverNow } from "../lib/time.js";
import { html, useEffect, useState } from "../preact.js";
import { stateWords } from "./blocks.js";

/** The phases on one line of time: when each began, and how long it took beside the others. */
export function Timeline({ steps, from, to }) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (to !== null) return undefined;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [to]);
  const begin = Date.parse(from);
  const end = to === null ? Math.max(serverNow(), begin + 1) : Math.max(Date.parse(to), begin + 1);
  const share = (at) => (100 * Math.min(1, Math.max(0, (at - begin) / (end - begin)))).toFixed(2);
  return html`<section aria-label="Timeline">
    <h2 class="unseen">Timeline</h2>
    <ol class="steps timeline">
      ${steps.map((step) => {
        const { name, state, detail, startedAt, finishedAt, progress } = step;
        const isTimed = startedAt !== null && state !== "waiting" && state !== "skipped";
        const until = state === "running" ? end : Date.parse(finishedAt ?? startedAt ?? from);
        return html`<li key=${name} class=${`step ${state}`}>
          <span class="mark" aria-hidden="true"></span>
          <span class="name">${name}<span class="unseen">: ${stateWords[state]}</span></span>
          <svg class="bar" aria-hidden="true" preserveAspectRatio="none">
            <rect class="track" width="100%" height="6" rx="3" y="7" />
            ${isTimed && html`<rect class="span" x=${`${share(Date.parse(startedAt))}%`} width=${`${Math.max(1, share(until) - share(Date.parse(startedAt)))}%`} height="6" rx="3" y="7" />`}
          </svg>
          <span class="elapsed">${isTimed && html`<${Elapsed} from=${startedAt} to=${state === "running" ? null : (finishedAt ?? startedAt)} />`}</span>
          ${detail !== null && html`<span class="detail">${detail}</span>`}
          ${state === "running" && progress !== null && html`<progress max="1" value=${progress} aria-label=${`${name}: progress`}></progress>`}
        </li>`;
      })}
    </ol>
  </section>`;
}
