import { state } from "../lib/store.js";
import { Ago } from "../lib/time.js";
import { html } from "../preact.js";

/** So many at most; the rest is counted. */
const most = 5;

/** What is wrong with the bot itself, on top of every page, in the words of every other surface. */
export function Troubles() {
  const { troubles } = state;
  if (troubles.length === 0) return null;
  const more = troubles.length - most;
  return html`<section class="troubles" role="status" aria-label="Troubles of the bot" tabindex="0">
    ${troubles.slice(0, most).map(({ key, words, since }) => html`<p class="trouble-line" key=${key}>${words} <${Ago} at=${since} /></p>`)}
    ${more > 0 && html`<p class="trouble-line">${more} more are in /healthz and in the bot's log.</p>`}
  </section>`;
}
