import { get, newKey, post } from "./api.js";
import { serverNow } from "./time.js";

/** All that the page knows. Changed only in this file and in live.js; `changed` draws it again. */
export const state = {
  link: "connecting",
  deployments: new Map(),
  runs: new Map(),
  notes: [],
  hosts: [],
  parts: [],
  commands: [],
  version: "",
  who: "you",
  filter: null,
  limit: 50,
  mayHaveOlder: false,
  openLog: null,
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

export async function loadDeployments() {
  const host = state.filter === null ? "" : `&host=${encodeURIComponent(state.filter)}`;
  const { deployments, runs } = await get(`/api/deployments?limit=${state.limit}&runs=1${host}`);
  for (const record of deployments) keep("deployments", record);
  for (const record of runs) keep("runs", record);
  state.mayHaveOlder = deployments.length >= state.limit && state.limit < 500;
  changed();
}

export async function loadHosts() {
  state.hosts = (await get("/api/hosts")).hosts;
  changed();
}

export async function loadHelp() {
  const { commands, version, who } = await get("/api/help");
  Object.assign(state, { commands, version, who });
  changed();
}

/** Types a command. Its answer, or why there is none, stands under it in the channel. */
export async function say(text) {
  const note = { id: newKey(), at: new Date(serverNow()).toISOString(), text, reply: null, error: null };
  state.notes.push(note);
  changed();
  await sayAgain(note);
  return note;
}

export async function sayAgain(note) {
  Object.assign(note, { reply: null, error: null });
  changed();
  try {
    note.reply = await post("/api/commands", { text: note.text }, note.id);
    announce(headingOf(note.reply.blocks) || note.reply.text || "");
  } catch (error) {
    note.error = error;
    announce(error.message);
  }
  changed();
}

/** A click on a button of a card. Rejects with what to show beside the button. */
export async function press(action) {
  if (action.kind === "decide") {
    await post(`/api/deployments/${action.deployment}/actions`, { action: action.decision });
    return;
  }
  const note = {
    id: newKey(),
    at: new Date(serverNow()).toISOString(),
    text: action.text,
    reply: null,
    error: null,
  };
  note.reply = await post("/api/commands", { text: action.text }, note.id);
  state.notes.push(note);
  changed();
}

export function showHost(name) {
  state.filter = name;
  changed();
  return loadDeployments();
}

export function showOlder() {
  state.limit = Math.min(500, state.limit * 3);
  return loadDeployments();
}

export function showLog(id) {
  state.openLog = id;
  changed();
}
