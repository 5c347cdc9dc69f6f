import { lineTone } from "../lib/tones.js";
import { html, useEffect, useRef, useState } from "../preact.js";
import { useLog } from "./use-log.js";

/** A deployment's log: live, searchable, and as long as it likes. Lines are text, whatever they hold. */
export function LogView({ id, isOver, name }) {
  const [query, setQuery] = useState("");
  const [isTrouble, setTrouble] = useState(false);
  const [follows, setFollows] = useState(true);
  const { log, box, sizer, rows, onScroll, goTo } = useLog({
    id,
    isOver,
    query,
    isTrouble,
    follows,
    setFollows,
  });
  const input = useRef(null);

  useEffect(() => {
    const focus = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "f" || document.activeElement === input.current)
        return;
      event.preventDefault();
      input.current.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);

  /** From a line that was found back to what stands around it. */
  const jump = (line) => {
    setQuery("");
    setTrouble(false);
    goTo(line - 1);
  };
  const isNarrowed = query !== "" || isTrouble;
  return html`<section class="log" aria-label="Log">
    <header>
      <h2>Log</h2>
      <label class="unseen" for="log-search">Search the log</label>
      <input ref=${input} id="log-search" class="field" type="search" placeholder="Search" value=${query} onInput=${(event) => setQuery(event.currentTarget.value)} />
      <label class="check"><input type="checkbox" checked=${isTrouble} onChange=${(event) => setTrouble(event.currentTarget.checked)} /> Errors only</label>
      <label class="check"><input type="checkbox" checked=${follows} onChange=${(event) => setFollows(event.currentTarget.checked)} /> Follow</label>
      <span class="state" role="status">${words(log, isNarrowed)}</span>
      <a class="quiet" href=${`/api/deployments/${id}/log`} target="_blank" rel="noopener">As text</a>
      <a class="button small" href=${`/api/deployments/${id}/log`} download=${name}>Download</a>
    </header>
    <div ref=${box} class="lines" tabindex="0" role="group" aria-label="Log lines" onScroll=${onScroll}>
      <div ref=${sizer} class="sizer">
        <div class="window">${rows.map((row) => html`<${Row} key=${row.number} row=${row} query=${query} onJump=${isNarrowed ? jump : null} />`)}</div>
      </div>
      ${log.total > 0 && isNarrowed && log.found === 0 && !log.isScanning && html`<p class="pending">No line has this. <button type="button" class="quiet" onClick=${() => jump(1)}>Show all</button></p>`}
    </div>
  </section>`;
}

function words({ total, found, state, isScanning }, isNarrowed) {
  const lines = `${total.toLocaleString()} line${total === 1 ? "" : "s"}`;
  if (isNarrowed && found !== null)
    return `${found.toLocaleString()} of ${lines}${isScanning ? ", searching" : ""}`;
  return `${lines}, ${state}`;
}

/** The bot's own time stamp, which is shown without its date. */
const stamp = /^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)\.\d{3}Z /;
function Row({ row, query, onJump }) {
  const { number, text: whole } = row;
  const [found = "", time] = stamp.exec(whole) ?? [];
  const text = whole.slice(found.length);
  const tone = lineTone(text);
  return html`<div class=${`line ${tone}`}>
    ${onJump === null ? html`<span class="number" aria-hidden="true">${number}</span>` : html`<button type="button" class="number" aria-label=${`Show around line ${number}`} onClick=${() => onJump(number)}>${number}</button>`}
    <span class="words">${time !== undefined && html`<span class="time" title=${found}>${time}</span> `}<${Marked} text=${text} query=${query} /></span>
  </div>`;
}

function Marked({ text, query }) {
  const at = query === "" ? -1 : text.toLowerCase().indexOf(query.toLowerCase());
  if (at < 0) return text;
  return html`${text.slice(0, at)}<mark>${text.slice(at, at + query.length)}</mark>${text.slice(at + query.length)}`;
}
