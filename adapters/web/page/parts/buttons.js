import { press, wordBefore } from "../lib/store.js";
import { html, useEffect, useState } from "../preact.js";
import { SecondWord } from "./second-word.js";

const settleMs = 10_000;

/**
 * Once clicked, the buttons rest until the card itself changes: it is drawn from what the bot stored, never from the
 * click. Should no change come, they can be used again after a while.
 */
export function Buttons({ buttons }) {
  const [pressed, setPressed] = useState(null);
  const [error, setError] = useState(null);
  const [asking, setAsking] = useState(null);

  useEffect(() => {
    if (pressed === null || !pressed.isTaken) return undefined;
    const timer = setTimeout(() => setPressed(null), settleMs);
    return () => clearTimeout(timer);
  }, [pressed]);

  const click = async (button, index, hasWord = false) => {
    setError(null);
    setAsking(null);
    setPressed({ index, isTaken: false });
    try {
      const word = hasWord ? null : await wordBefore(button);
      if (word !== null) {
        setAsking({ button, index, word });
        setPressed(null);
        return;
      }
      await press(button);
      setPressed(button.action.kind === "decide" ? { index, isTaken: true } : null);
    } catch (refusal) {
      setError(refusal);
      setPressed(null);
    }
  };

  return html`<div class="buttons">
    <div class="row">
      ${buttons.map(
        (button, index) =>
          html`<button
            type="button"
            key=${button.command}
            class=${`button ${button.style} ${pressed?.index === index ? "busy" : ""}`}
            title=${button.command}
            disabled=${pressed !== null}
            onClick=${() => click(button, index)}
          >${button.label}</button>`,
      )}
    </div>
    ${
      asking !== null &&
      html`<${SecondWord}
        label=${asking.button.label}
        word=${asking.word}
        onYes=${() => click(asking.button, asking.index, true)}
        onNo=${() => setAsking(null)}
      />`
    }
    ${error !== null && html`<${Refusal} error=${error} />`}
  </div>`;
}

/** Red for "you may not", amber for what only went wrong this time. */
export function Refusal({ error, onRetry }) {
  const tone = error.status === 403 || error.status >= 500 ? "bad" : "warning";
  return html`<div class=${`note ${tone} refusal`} role="alert">
    <p class="message">${error.message}</p>
    ${error.help && html`<p class=${error.help.includes("\n") ? "help lines" : "help"}>${error.help}</p>`}
    ${error.status === 0 && onRetry && html`<button type="button" class="button plain" onClick=${onRetry}>Try again</button>`}
  </div>`;
}
