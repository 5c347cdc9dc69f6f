// Reads a deployment's log beside the page: however long it is, the page itself only ever holds the lines in view.

const most = 512 * 1024 * 1024;
const retryMs = 2_000;
const tellEveryMs = 100;
const linesAtOnce = 20_000;
/** The words of src/logs/trouble.ts; a test compares them. */
const trouble =
  /\b(error|failed|failure|fatal|panic|warning|problem|cannot|denied|refused)\b|=== (failed|rolled-back|rollback-failed|unknown)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminal colours are made of
const terminalCodes = /\u001b\[[0-9;?]*[ -/]*[@-~]|\r/g;
const decoder = new TextDecoder();

let bytes = new Uint8Array(1024 * 1024);
let length = 0;
/** Where the log goes on, in all that was ever written to it: more than was read where something is left out. */
let position = 0;
/** Where each line begins, and after the last the place where the next one will. */
let starts = new Uint32Array(16_384);
let lines = 0;
let state = "loading";
let isOver = false;
let find = { query: "", isTrouble: false };
/** The lines that were sought, or null while all are shown; `scanned` is how far the search has come. */
let found = null;
let scanned = 0;
let isScanning = false;
let isTelling = false;

self.onmessage = ({ data }) => {
  if (data.kind === "open") follow(data.id);
  if (data.kind === "over") isOver = true;
  if (data.kind === "find") seek(data);
  if (data.kind === "show")
    postMessage({ kind: "lines", round: data.round, from: data.from, lines: shown(data) });
};

/** An answer ends with the log so far, or where something is left out: only one without anything more is the end. */
async function follow(id) {
  for (;;) {
    try {
      const wasOver = isOver;
      const before = length;
      const response = await fetch(`/api/deployments/${id}/log?follow=1&from=${position}`);
      if (response.status === 429) say("too many logs are open, waiting for a place");
      else {
        if (!response.ok)
          return say(response.status === 404 ? "there is no log" : `error ${response.status}`);
        if (!(await read(response))) return say("too long to show here: download it");
        if (wasOver && length === before) return finish();
        if (length > before) continue;
      }
    } catch {
      say("connection lost, reconnecting");
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/** Takes all of an answer; false where it is too much. */
async function read(response) {
  position = Number(response.headers.get("x-log-from") ?? position);
  let words = Number(response.headers.get("x-log-words") ?? 0);
  // What is left out may begin inside a line.
  if (words > 0 && length > starts[lines]) take(new Uint8Array([10]));
  say(isOver ? "loading" : "following");
  for await (const chunk of response.body) {
    if (length + chunk.length > most) return false;
    position += Math.max(0, chunk.length - words);
    words = Math.max(0, words - chunk.length);
    take(chunk);
  }
  return true;
}

/** A last line without its end counts, too. */
function finish() {
  if (length > starts[lines]) take(new Uint8Array([10]));
  say("complete");
}

function take(chunk) {
  if (length + chunk.length > bytes.length) {
    const longer = new Uint8Array(Math.max(bytes.length * 2, length + chunk.length));
    longer.set(bytes.subarray(0, length));
    bytes = longer;
  }
  bytes.set(chunk, length);
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
    if (lines + 2 > starts.length) {
      const longer = new Uint32Array(starts.length * 2);
      longer.set(starts);
      starts = longer;
    }
    lines += 1;
    starts[lines] = length + at + 1;
  }
  length += chunk.length;
  if (found !== null) scan();
  tell();
}

function say(words) {
  state = words;
  tell();
}

function tell() {
  if (isTelling) return;
  isTelling = true;
  setTimeout(() => {
    isTelling = false;
    postMessage({
      kind: "grown",
      total: lines,
      length,
      state,
      found: found === null ? null : found.length,
      isScanning,
    });
  }, tellEveryMs);
}

function seek({ query, isTrouble }) {
  find = { query: query.toLowerCase(), isTrouble };
  found = query === "" && !isTrouble ? null : [];
  scanned = 0;
  if (found !== null) scan();
  tell();
}

/** In pieces, so that the lines in view are answered in between; a new search ends the old one. */
async function scan() {
  if (isScanning) return;
  isScanning = true;
  while (found !== null && scanned < lines) {
    const to = Math.min(lines, scanned + linesAtOnce);
    const texts = textOf(scanned, to);
    for (let index = 0; index < texts.length; index++)
      if (isSought(texts[index])) found.push(scanned + index);
    scanned = to;
    tell();
    await new Promise((resolve) => setTimeout(resolve));
  }
  isScanning = false;
  tell();
}

function isSought(text) {
  return (!find.isTrouble || trouble.test(text)) && text.toLowerCase().includes(find.query);
}

function textOf(from, to) {
  const text = decoder.decode(bytes.subarray(starts[from], starts[to] - 1));
  return text.replaceAll(terminalCodes, "").split("\n");
}

function shown({ from, to }) {
  if (from >= to) return [];
  if (found !== null) {
    return found.slice(from, to).map((line) => ({ number: line + 1, text: textOf(line, line + 1)[0] }));
  }
  const end = Math.min(to, lines);
  return from >= end ? [] : textOf(from, end).map((text, index) => ({ number: from + index + 1, text }));
}
