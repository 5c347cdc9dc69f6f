import { html, useEffect, useRef, useState } from "./preact.js";
import { showLog, state } from "./store.js";

const maxLines = 5_000;
const retryMs = 2_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminal colours are made of
const terminalCodes = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/**
 * A log that grows while the deployment runs. The lines are put into the document by hand: going through the whole
 * page's drawing for each of thousands of lines would be slow. Lines are text nodes, whatever they hold.
 */
export function LogPanel({ id }) {
  const box = useRef(null);
  const [status, setStatus] = useState("loading");
  const [isCut, setCut] = useState(false);

  useEffect(() => {
    const stop = new AbortController();
    follow(id, box.current, stop.signal, setStatus, () => setCut(true));
    return () => stop.abort();
  }, [id]);

  return html`<section class="log" aria-label="Log">
    <header>
      <span class="state">${isCut ? `last ${maxLines} lines, ` : ""}${status}</span>
      <a href=${`/api/deployments/${id}/log`} target="_blank" rel="noopener">Open as text</a>
      <button type="button" class="quiet" onClick=${() => showLog(null)}>Close log</button>
    </header>
    <pre ref=${box} tabindex="0" aria-label="Log lines"></pre>
  </section>`;
}

async function follow(id, box, signal, setStatus, onCut) {
  while (!signal.aborted) {
    try {
      await readOnce(id, box, signal, setStatus, onCut);
      if (!isRunning(id)) return setStatus("complete");
    } catch {
      if (signal.aborted) return undefined;
      setStatus("connection lost, reconnecting");
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  return undefined;
}

function isRunning(id) {
  return state.deployments.get(id)?.outcome === null;
}

async function readOnce(id, box, signal, setStatus, onCut) {
  const response = await fetch(`/api/deployments/${id}/log?follow=1`, { signal });
  if (!response.ok) return setStatus(response.status === 404 ? "no log" : `error ${response.status}`);
  setStatus(isRunning(id) ? "following" : "loading");
  box.replaceChildren();
  const write = lineWriter(box, onCut);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return write("\n", true);
    write(value, false);
  }
}

function lineWriter(box, onCut) {
  let rest = "";
  return (chunk, isEnd) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (isEnd && lines.at(-1) === "") lines.pop();
    if (lines.length > maxLines) {
      lines.splice(0, lines.length - maxLines);
      onCut();
    }
    const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    box.append(...lines.map(lineNode));
    while (box.childNodes.length > maxLines) {
      box.firstChild.remove();
      onCut();
    }
    if (isAtEnd) box.scrollTop = box.scrollHeight;
  };
}

function lineNode(line) {
  const text = line.replaceAll(terminalCodes, "").replaceAll("\r", "");
  const node = document.createElement("span");
  node.textContent = `${text}\n`;
  if (/^\s*(error|fatal|failed)\b|\berror:/i.test(text)) node.className = "error";
  else if (/\bwarning:/i.test(text)) node.className = "warning";
  return node;
}
