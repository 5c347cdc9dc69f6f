import { titleParts } from "../lib/tones.js";
import { h, html } from "../preact.js";

/** How something stands, as a word in its colour. */
export function Badge({ tone, words }) {
  return html`<span class=${`badge ${tone}`}>${words}</span>`;
}

/** A card's heading: what it is about, and how it stands. Read aloud it is the sentence that the bot wrote. */
export function Title({ heading, level = 3, href }) {
  const whole = heading?.text ?? "";
  const [what, how] = titleParts(whole);
  const words = href
    ? html`<a href=${href} class="cover" aria-label=${whole}>${what}</a>`
    : html`<span>${what}</span>`;
  return h(
    `h${level}`,
    { class: "title", "aria-label": whole },
    words,
    how !== "" && html`<${Badge} tone=${heading.tone} words=${how} />`,
  );
}

/** The phases as a row of small bars: how far it is, at a glance. The list of phases says it in words. */
export function Segments({ steps }) {
  return html`<span class="segments" aria-hidden="true">${steps.map(({ name, state }) => html`<i key=${name} class=${state} title=${name}></i>`)}</span>`;
}

export function Avatar({ name }) {
  return html`<span class="avatar" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</span>`;
}

/** What to say where nothing can be shown. */
export function Notice({ title, level = 2, children }) {
  return html`<div class="empty">${h(`h${level}`, { class: "headline" }, title)}${children}</div>`;
}
