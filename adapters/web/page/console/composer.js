import { say, state } from "../lib/store.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../preact.js";
import { usageFor } from "./complete.js";
import { useOffers } from "./offers.js";

const kept = 100;

/** `fill.current` puts a text in, for whoever offers one elsewhere on the page. */
export function Composer({ fill, onSaid }) {
  const [draft, setDraft] = useState("");
  const input = useRef(null);
  const [picked, setPicked] = useState(-1);
  const [isClosed, setClosed] = useState(false);
  const [back, setBack] = useState(0);
  const { about, offers: all } = useOffers(draft);
  const offers = isClosed ? [] : all;

  useEffect(() => {
    const focus = (event) => {
      if (event.key !== "/" || event.target.matches?.("input, textarea, select")) return;
      event.preventDefault();
      input.current.focus();
      setDraft("/");
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);

  useEffect(() => {
    if (draft !== "") input.current.focus();
  }, [draft]);

  const edit = (text) => {
    setDraft(text);
    setPicked(-1);
    setClosed(false);
    setBack(0);
  };

  fill.current = edit;

  const recall = (steps) => {
    const said = remembered();
    const at = Math.min(said.length, Math.max(0, steps));
    setBack(at);
    setDraft(at === 0 ? "" : said[said.length - at]);
    setClosed(true);
  };

  const send = () => {
    const text = draft.trim();
    if (text === "") return;
    remember(text);
    edit("");
    onSaid();
    say(text);
  };

  const onKeyDown = (event) => {
    if (event.isComposing) return;
    const isOffering = offers.length > 0;
    const { key } = event;
    if (key === "Enter") isOffering && picked >= 0 ? edit(offers[picked].text) : send();
    else if (key === "Tab" && isOffering && !event.shiftKey) edit(offers[Math.max(0, picked)].text);
    else if (key === "Escape" && isOffering) setClosed(true);
    else if (key === "ArrowDown" && isOffering) setPicked((picked + 1) % offers.length);
    else if (key === "ArrowUp" && isOffering) setPicked((picked <= 0 ? offers.length : picked) - 1);
    else if (key === "ArrowUp" && (draft === "" || back > 0)) recall(back + 1);
    else if (key === "ArrowDown" && back > 0) recall(back - 1);
    else return;
    event.preventDefault();
  };

  return html`<form class="composer" onSubmit=${(event) => event.preventDefault()}>
    ${offers.length > 0 && html`<${Offers} offers=${offers} picked=${picked} onPick=${(offer) => edit(offer.text)} />`}
    <p class="usage" id="usage"><${Usage} draft=${draft} about=${about} /></p>
    <div class="row">
      <label class="unseen" for="command">Command</label>
      <input
        ref=${input} id="command" type="text" value=${draft} placeholder="Type a command, such as /deploy HOST"
        autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck=${false} enterkeyhint="send"
        role="combobox" aria-expanded=${offers.length > 0} aria-controls="offers" aria-autocomplete="list" aria-describedby="usage"
        aria-activedescendant=${picked >= 0 ? `offer-${picked}` : undefined}
        onInput=${(event) => edit(event.currentTarget.value)} onKeyDown=${onKeyDown} onBlur=${() => setClosed(true)}
      />
      <button type="button" class="button primary" disabled=${draft.trim() === ""} onClick=${send}>Send</button>
    </div>
  </form>`;
}

function Usage({ draft, about }) {
  const usage = usageFor(draft, state.commands);
  if (usage === "") return html`<kbd>Tab</kbd> completes <kbd>↑</kbd> recalls <kbd>/</kbd> comes back here`;
  return html`<code>${usage}</code>${about !== "" && html` <span>${about}</span>`}`;
}

function Offers({ offers, picked, onPick }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    box.current.children[picked]?.scrollIntoView({ block: "nearest" });
  }, [picked]);
  return html`<ul ref=${box} class="offers" id="offers" role="listbox" aria-label="Completions">
    ${offers.map(
      (offer, index) => html`<li
        key=${offer.value} id=${`offer-${index}`} role="option" aria-selected=${index === picked}
        onMouseDown=${(event) => {
          // Kept from taking the focus out of the input, which would close the list before the click.
          event.preventDefault();
          onPick(offer);
        }}
      ><b>${offer.value}</b> <span>${offer.about}</span></li>`,
    )}
  </ul>`;
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem("switchyard.said") ?? "[]");
  } catch {
    return [];
  }
}

function remember(text) {
  const said = remembered().filter((one) => one !== text);
  try {
    localStorage.setItem("switchyard.said", JSON.stringify([...said, text].slice(-kept)));
  } catch {
    // Without storage (private windows) there is no recall, and nothing else is lost.
  }
}
