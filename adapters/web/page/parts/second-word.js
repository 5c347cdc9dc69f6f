import { html, useEffect, useRef, useState } from "../preact.js";

const plain = (text) =>
  text
    .toLowerCase()
    .replaceAll(/[\s,]+/g, " ")
    .trim();

/** Hosts of high risk are switched only after somebody typed their names. */
export function SecondWord({ label, word, onYes, onNo }) {
  const dialog = useRef(null);
  const [typed, setTyped] = useState("");
  useEffect(() => dialog.current?.showModal(), []);
  const isSame = plain(typed) === plain(word);
  return html`<dialog ref=${dialog} class="second-word" aria-label=${`${label} ${word}?`} onClose=${onNo}>
    <form
      onSubmit=${(event) => {
        event.preventDefault();
        if (isSame) onYes();
      }}
    >
      <label>
        <span>High risk. Type <b>${word}</b> to make sure:</span>
        <input
          autocomplete="off"
          autocapitalize="off"
          spellcheck=${false}
          value=${typed}
          onInput=${(event) => setTyped(event.target.value)}
        />
      </label>
      <div class="second-word-row">
        <button type="submit" class="button danger" disabled=${!isSame}>${label} ${word}</button>
        <button type="button" class="button" onClick=${onNo}>Not now</button>
      </div>
    </form>
  </dialog>`;
}
