import { get } from "./api.js";
import { changed, keep, loadDeployments, loadHelp, loadHosts, state } from "./store.js";

const retryMs = 2_000;
const sleptMs = 30_000;

let source = null;
let waiting = null;
let retry = 0;
let hostsDue = 0;

/** Follows the bot's events for as long as the page is open, through restarts of the bot and sleeping laptops. */
export function connect() {
  open();
  let hiddenAt = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    // After a sleep the stream may be dead without anybody having noticed.
    else if (hiddenAt !== 0 && Date.now() - hiddenAt > sleptMs) open();
  });
  addEventListener("online", open);
  setInterval(() => state.link === "live" && loadHealth(), 30_000);
}

function open() {
  clearTimeout(retry);
  source?.close();
  const mine = new EventSource("/api/events");
  source = mine;
  mine.addEventListener("open", () => refresh(mine));
  mine.addEventListener("error", () => {
    lost();
    // A stream that was refused (and not cut) is not tried again by the browser itself.
    if (mine.readyState === EventSource.CLOSED) again();
  });
  for (const kind of ["deployment", "run", "reset"]) {
    mine.addEventListener(kind, ({ data }) => receive(mine, JSON.parse(data)));
  }
}

function lost() {
  if (state.link !== "connecting") state.link = "lost";
  changed();
}

function again() {
  clearTimeout(retry);
  retry = setTimeout(open, retryMs);
}

/** Events that come while the list is on its way wait, or the older list would overwrite them. */
async function refresh(mine) {
  waiting = [];
  try {
    await Promise.all([loadDeployments(), loadHosts(), loadHelp(), loadHealth()]);
    if (mine !== source) return;
    const missed = waiting ?? [];
    waiting = null;
    for (const event of missed) apply(event);
    state.link = "live";
  } catch (error) {
    if (mine !== source) return;
    // The server then answers with the page that says how to sign in.
    if (error.status === 401) location.reload();
    lost();
    mine.close();
    again();
  }
  changed();
}

function receive(mine, event) {
  if (mine !== source) return;
  if (event.kind === "reset") refresh(mine);
  else if (waiting !== null) waiting.push(event);
  else apply(event);
  changed();
}

function apply(event) {
  if (event.kind === "run") keep("runs", { ...event.run, card: event.card });
  if (event.kind !== "deployment") return;
  const before = state.deployments.get(event.deployment.id);
  keep("deployments", { ...event.deployment, card: event.card });
  if (before?.outcome !== event.deployment.outcome) hostsSoon();
}

function hostsSoon() {
  clearTimeout(hostsDue);
  hostsDue = setTimeout(() => loadHosts().catch(() => {}), 300);
}

async function loadHealth() {
  try {
    state.parts = (await get("/healthz")).parts;
  } catch (error) {
    // 503 is an answer, too: some part is not well, and it says which.
    if (error.status !== 503) return;
    state.parts = error.body?.parts ?? [];
  }
  changed();
}
