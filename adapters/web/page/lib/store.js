import { get, newKey, post } from "./api.js";
import { go, placeOf } from "./router.js";
import { serverNow } from "./time.js";

/** All that the page knows. Changed only in this folder; `changed` draws it again. */
export const state = {
  place: placeOf(location.href),
  link: "connecting",
  deployments: new Map(),
  runs: new Map(),
  /** The channel shows what is not older than this; a page may have fetched a single older record. */
  oldest: "",
  notes: [],
  hosts: [],
  /** Why the list of hosts is not of now, and what to do; null where it is. */
  trouble: null,
  parts: [],
  /** What is wrong with the bot itself: words, since when. */
  troubles: [],
  commands: [],
  version: "",
  who: "",
  canSignOut: false,
  limit: 50,
  mayHaveOlder: false,
  /** Why nothing can be shown: this person may not look. */
  refusal: null,
};

let draw = () => {};
let isDue = false;

export function onChange(callback) {
  draw = callback;
}

/** Many events in one frame are drawn once. */
export function changed() {
  if (isDue) return;
  isDue = true;
  // Not requestAnimationFrame alone: a hidden tab gets no frames, and its title should still say that someone is asked.
  const run = () => {
    isDue = false;
    draw();
  };
  if (document.hidden) setTimeout(run, 50);
  else requestAnimationFrame(run);
}

export function keep(kind, record) {
  const before = state[kind].get(record.id);
  state[kind].set(record.id, record);
  if (isRoot(kind, record)) announceHeading(before?.card, record.card);
}

/** One voice for each entry of the channel: the run's where several hosts are in it, else the deployment's. */
function isRoot(kind, record) {
  const run = kind === "runs" ? record : state.runs.get(record.run);
  return (run?.deployments.length ?? 1) > 1 === (kind === "runs");
}

function announceHeading(before, after) {
  const title = headingOf(after);
  if (before !== undefined && title !== "" && title !== headingOf(before)) announce(title);
}

export function headingOf(card) {
  return card?.find((block) => block.kind === "heading")?.text ?? "";
}

export function announce(words) {
  const region = document.querySelector("#announce");
  if (region) region.textContent = words;
}

/** The host that the channel is narrowed to, or null. */
export function chosenHost() {
  return state.place.name === "console" ? state.place.query.get("host") : null;
}

export async function loadDeployments() {
  const host = chosenHost();
  const only = host === null ? "" : `&host=${encodeURIComponent(host)}`;
  const { deployments, runs } = await get(`/api/deployments?limit=${state.limit}&runs=1${only}`);
  for (const record of runs) keep("runs", record);
  for (const record of deployments) keep("deployments", record);
  state.mayHaveOlder = deployments.length >= state.limit && state.limit < 500;
  state.oldest = state.mayHaveOlder ? (deployments.at(-1)?.createdAt ?? "") : "";
  changed();
}

/** A record that the channel may not have: the page of an old deployment, the thread of an old run. */
export async function loadRun(id) {
  const { run, deployments } = await get(`/api/runs/${id}`);
  keep("runs", run);
  for (const record of deployments) keep("deployments", record);
  changed();
}

export async function loadDeployment(id) {
  keep("deployments", await get(`/api/deployments/${id}`));
  changed();
}

export async function loadHosts() {
  const { hosts, trouble } = await get("/api/hosts");
  Object.assign(state, { hosts, trouble });
  changed();
}

export async function loadHelp() {
  const { commands, version, who, canSignOut } = await get("/api/help");
  Object.assign(state, { commands, version, who, canSignOut });
  changed();
}

/** Types a command. What it began opens beside the channel; another answer, or why there is none, stands under it. */
export async function say(text) {
  const note = noteOf(text);
  state.notes.push(note);
  changed();
  await sayAgain(note);
  return note;
}

function noteOf(text) {
  return { id: newKey(), at: new Date(serverNow()).toISOString(), text, reply: null, error: null };
}

export async function sayAgain(note) {
  Object.assign(note, { reply: null, error: null });
  changed();
  try {
    note.reply = await post("/api/commands", { text: note.text }, note.id);
    announce(headingOf(note.reply.blocks) || note.reply.text || "");
    openThread(note.reply);
  } catch (error) {
    note.error = error;
    announce(error.message);
  }
  changed();
}

function openThread(reply) {
  if (reply.run !== undefined) go(`/r/${reply.run}`);
}

/** A click on a button of a card: what the button shows is sent along. Rejects with what to show beside the button. */
export async function press({ action, command }) {
  if (action.kind === "decide") {
    await post(actionsOf(action.about), { action: action.decision, digest: action.digest });
    return;
  }
  const note = noteOf(command);
  note.reply = await (action.kind === "act"
    ? post(actionsOf(action.about), { action: action.act }, note.id)
    : post("/api/commands", { request: action.request }, note.id));
  state.notes.push(note);
  if (note.reply.run === undefined && state.place.name !== "console") go("/");
  openThread(note.reply);
  changed();
}

/** What has to be typed before this yes, for hosts of high risk; null where one click is enough. The bot says so, not the button. */
export async function wordBefore({ action }) {
  if (action.kind !== "decide" || action.decision !== "switch") return null;
  return (await post(`${pathOf(action.about)}/before-yes`, { digest: action.digest ?? null })).word;
}

function actionsOf(id) {
  return `${pathOf(id)}/actions`;
}

function pathOf(id) {
  return `/api/${id.startsWith("r-") ? "runs" : "deployments"}/${id}`;
}

export function showOlder() {
  state.limit = Math.min(500, state.limit * 3);
  return loadDeployments();
}

export async function signOut() {
  await post("/api/sign-out", {});
  location.assign("/");
}
