import { Entry } from "./cards.js";
import { Composer } from "./composer.js";
import { Hosts } from "./hosts.js";
import { connect } from "./live.js";
import { html, render, useEffect, useLayoutEffect, useReducer, useRef, useState } from "./preact.js";
import { onChange, showHost, showOlder, state } from "./store.js";
import { timeline } from "./timeline.js";

function App() {
  const [, redraw] = useReducer((n) => n + 1, 0);
  const [draft, setDraft] = useState("");
  const [showsHosts, setShowsHosts] = useState(false);
  const channel = useChannel();
  const entries = timeline(state);

  useEffect(() => {
    onChange(redraw);
    connect();
  }, []);

  useEffect(() => {
    const asked = [...state.deployments.values()].filter(awaitsDecision).length;
    document.title = asked > 0 ? `(${asked}) Switchyard` : "Switchyard";
  });

  return html`
    <header class="top">
      <h1><img src="/assets/icon.svg" alt="" width="26" height="26" /> Switchyard</h1>
      <button type="button" class="button plain only-narrow" aria-expanded=${showsHosts} onClick=${() => setShowsHosts(!showsHosts)}>
        Hosts ${state.hosts.length > 0 ? state.hosts.length : ""}
      </button>
    </header>
    <aside class=${showsHosts ? "side shown" : "side"}><${Hosts} onPick=${() => setShowsHosts(false)} /></aside>
    <main>
      ${state.link === "lost" && html`<p class="banner" role="status">Connection lost, reconnecting…</p>`}
      ${state.filter !== null && html`<${Filter} host=${state.filter} setDraft=${setDraft} />`}
      <div class="channel" ref=${channel.box} onScroll=${channel.onScroll} onClick=${channel.onClick}>
        <h2 class="unseen">Deployments</h2>
        <div class="entries" ref=${channel.content}>
          ${state.mayHaveOlder && html`<p class="older"><button type="button" class="quiet" onClick=${() => showOlder()}>Show older</button></p>`}
          ${entries.map((entry, index) => html`<${Entry} key=${entry.key} entry=${entry} isLast=${index === entries.length - 1} />`)}
          ${entries.length === 0 && state.link !== "connecting" && html`<${Empty} setDraft=${setDraft} />`}
        </div>
      </div>
      <div class="below">
        ${!channel.isAtEnd && html`<button type="button" class="button plain newest" onClick=${channel.toEnd}>Newest ↓</button>`}
        <${Composer} draft=${draft} setDraft=${setDraft} onSaid=${channel.toEnd} />
      </div>
    </main>`;
}

function awaitsDecision({ outcome, phase, confirmation }) {
  return outcome === null && phase === "confirm" && confirmation?.decision === null;
}

function Filter({ host, setDraft }) {
  const commands = [`/deploy ${host}`, `/status ${host}`, `/generations ${host}`];
  return html`<div class="filter">
    <b>${host}</b>
    ${commands.map((command) => html`<button type="button" class="chip" key=${command} onClick=${() => setDraft(command)}>${command}</button>`)}
    <button type="button" class="quiet" onClick=${() => showHost(null).catch(() => {})}>Show all hosts</button>
  </div>`;
}

function Empty({ setDraft }) {
  // Nobody's first try should be the machine that matters most.
  const calm = state.hosts.find(({ risk }) => risk === "low") ?? state.hosts[0];
  const host = state.filter ?? calm?.name ?? "yoga";
  return html`<div class="empty">
    <h3>Nothing has been deployed yet</h3>
    <p>Type a command below, or start with one of these:</p>
    <p class="row">
      ${[`/deploy ${host}`, "/build-all", "/help"].map((command) => html`<button type="button" class="chip" key=${command} onClick=${() => setDraft(command)}>${command}</button>`)}
    </p>
  </div>`;
}

/** Stays at the newest entry while the reader is there, and leaves a reader who went back alone. */
function useChannel() {
  const box = useRef(null);
  const content = useRef(null);
  const sticks = useRef(true);
  const lastTop = useRef(0);
  const [isAtEnd, setAtEnd] = useState(true);

  const toEnd = () => {
    sticks.current = true;
    box.current.scrollTop = box.current.scrollHeight;
  };

  useLayoutEffect(() => {
    const watcher = new ResizeObserver(() => {
      if (sticks.current) toEnd();
      setAtEnd(isNearEnd(box.current));
    });
    watcher.observe(content.current);
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);

  return {
    box,
    content,
    isAtEnd,
    toEnd,
    onScroll() {
      const { scrollTop } = box.current;
      const isNear = isNearEnd(box.current);
      // Only a move upwards is a reader who goes back; content that grows makes scroll events, too.
      if (isNear) sticks.current = true;
      else if (scrollTop < lastTop.current) sticks.current = false;
      lastTop.current = scrollTop;
      setAtEnd(isNear);
    },
    onClick(event) {
      // What somebody unfolds should stay under the pointer.
      if (event.target.closest("[aria-expanded], summary, .table .quiet")) sticks.current = false;
    },
  };
}

function isNearEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 60;
}

render(html`<${App} />`, document.querySelector("#app"));
