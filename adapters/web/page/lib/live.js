import { get } from "./api.js";
import { changed, keep, loadDeployments, loadHelp, loadHosts, state } from "./store.js";

const retryMs = 2_000;
const sleptMs = 30_000;
const lookEveryMs = 30_000;

let source = null;
/** Events that came while the list was on its way; null when nothing is waited for. */
let waiting = null;
/** The number of the last event: what a stream that is opened again goes on from. */
let lastSeq = null;
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
  setInterval(() => state.link === "live" && !document.hidden && lookAround(), lookEveryMs);
}

function open() {
  clearTimeout(retry);
  source?.close();
  const mine = new EventSource(lastSeq === null ? "/api/events" : `/api/events?lastEventId=${lastSeq}`);
  source = mine;
  mine.addEventListener("open", () => (lastSeq === null ? refresh(mine) : resumed()));
  mine.addEventListener("error", () => {
    lost();
    // A stream that was refused (and not cut) is not tried again by the browser itself.
    if (mine.readyState === EventSource.CLOSED) again();
  });
  for (const kind of ["deployment", "run", "reset"]) {
    mine.addEventListener(kind, (event) => receive(mine, event));
  }
}

function lost() {
  if (state.link === "live") state.link = "lost";
  changed();
}

function again() {
  clearTimeout(retry);
  retry = setTimeout(open, retryMs);
  // The stream does not say why it was refused.
  loadHosts().catch(refused);
}

/** What was missed comes over the stream itself; the rest is looked up. */
function resumed() {
  state.link = "live";
  state.refusal = null;
  lookAround();
  changed();
}

/** Events that come while the list is on its way wait, or the older list would overwrite them. */
async function refresh(mine) {
  waiting = [];
  try {
    await loadHelp();
    await Promise.all([loadDeployments(), loadHosts(), loadHealth()]);
    if (mine !== source) return;
    const missed = waiting ?? [];
    waiting = null;
    for (const event of missed) apply(event);
    state.link = "live";
    state.refusal = null;
  } catch (error) {
    if (mine !== source) return;
    refused(error);
    lost();
    mine.close();
    lastSeq = null;
    again();
  }
  changed();
}

/** Somebody whose session has ended gets the page to sign in, at any address; somebody who may not look is told so. */
function refused(error) {
  if (error.status === 401) location.reload();
  if (error.status === 403) state.refusal = error;
  changed();
}

function receive(mine, { data, lastEventId }) {
  if (mine !== source) return;
  const event = JSON.parse(data);
  lastSeq = lastEventId;
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

/** Once at once, and once when the bot has looked at the host again. */
function hostsSoon() {
  clearTimeout(hostsDue);
  hostsDue = setTimeout(() => {
    loadHosts().catch(() => {});
    hostsDue = setTimeout(() => loadHosts().catch(() => {}), 4_000);
  }, 300);
}

function lookAround() {
  loadHosts().catch(() => {});
  loadHealth();
}

async function loadHealth() {
  const answer = await get("/healthz").catch((error) =>
    // 503 is an answer, too: some part is not well, and it says which.
    error.status === 503 ? error.body : null,
  );
  if (answer === null) return;
  state.parts = answer?.parts ?? [];
  state.troubles = answer?.troubles ?? [];
  changed();
}
