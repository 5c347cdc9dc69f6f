import { get } from "../lib/api.js";
import { useFetched } from "../lib/fetched.js";
import { go } from "../lib/router.js";
import { state } from "../lib/store.js";
import { duration, When } from "../lib/time.js";
import { toneOf, tones } from "../lib/tones.js";
import { Refusal } from "../parts/buttons.js";
import { Avatar, Badge, Notice } from "../parts/status.js";
import { html } from "../preact.js";

const days = [
  ["", "Any time"],
  ["1", "Last 24 hours"],
  ["7", "Last 7 days"],
  ["30", "Last 30 days"],
  ["365", "Last year"],
];
const step = 50;
const most = 500;

/** Past deployments; what is sought stands in the address. */
export function HistoryPage() {
  const { query } = state.place;
  const limit = Math.min(most, Math.max(step, Number(query.get("limit")) || step));
  const latest = [...state.deployments.values()].map(({ id, outcome }) => `${id}${outcome}`).length;
  const { data, error, isLoading, again } = useFetched(`${query}#${latest}`, () =>
    get(`/api/deployments?${apiQuery(query, limit)}`),
  );
  const change = (name, value) => {
    const next = new URLSearchParams(query);
    if (value === "") next.delete(name);
    else next.set(name, value);
    if (name !== "limit") next.delete("limit");
    go(next.size === 0 ? "/history" : `/history?${next}`, { replaces: name === "who" });
  };
  const found = data?.deployments ?? [];
  const isNarrowed = ["host", "outcome", "who", "since"].some((name) => query.has(name));
  return html`<div class="sheet" tabindex="0" role="group" aria-label="History">
    <header class="page-head">
      <div class="line-up"><h1 class="title">History</h1>${isLoading && html`<span class="faint" role="status">Looking…</span>`}</div>
      <form class="filters" onSubmit=${(event) => event.preventDefault()}>
        <${Choice} name="host" label="Host" value=${query.get("host") ?? ""} options=${[["", "All hosts"], ...state.hosts.map(({ name }) => [name, name])]} onChange=${change} />
        <${Choice} name="outcome" label="Outcome" value=${query.get("outcome") ?? ""} options=${[["", "Any outcome"], ["open", "under way"], ...Object.keys(tones).map((one) => [one, one])]} onChange=${change} />
        <${Choice} name="since" label="Since" value=${query.get("since") ?? ""} options=${days} onChange=${change} />
        <label class="unseen" for="who">Who asked</label>
        <input id="who" class="field" type="search" placeholder="Who asked" value=${query.get("who") ?? ""} onInput=${(event) => change("who", event.currentTarget.value.trim())} />
        ${isNarrowed && html`<a class="quiet" href="/history">Clear</a>`}
      </form>
    </header>
    <div class="sheet-body">
      ${error !== null && html`<${Refusal} error=${error} onRetry=${again} />`}
      ${data !== null && found.length === 0 && html`<${Nothing} isNarrowed=${isNarrowed} />`}
      ${found.length > 0 && html`<${Rows} found=${found} />`}
      ${found.length >= limit && limit < most && html`<p class="older"><button type="button" class="button small" onClick=${() => change("limit", String(limit + 100))}>Show older</button></p>`}
    </div>
  </div>`;
}

function apiQuery(query, limit) {
  const asked = new URLSearchParams({ limit: String(limit) });
  for (const name of ["host", "outcome", "who"]) if (query.has(name)) asked.set(name, query.get(name));
  const since = Number(query.get("since"));
  if (since > 0) asked.set("since", new Date(Date.now() - since * 86_400_000).toISOString());
  return asked;
}

function Choice({ name, label, value, options, onChange }) {
  const isKnown = options.some(([one]) => one === value);
  return html`<label class="unseen" for=${`filter-${name}`}>${label}</label>
    <select id=${`filter-${name}`} class="field" value=${value} onChange=${(event) => onChange(name, event.currentTarget.value)}>
      ${!isKnown && html`<option value=${value}>${value}</option>`}
      ${options.map(([one, words]) => html`<option key=${one} value=${one} selected=${one === value}>${words}</option>`)}
    </select>`;
}

function Nothing({ isNarrowed }) {
  return isNarrowed
    ? html`<${Notice} title="Nothing was found"><p>No deployment is like that. <a href="/history">Show all</a></p><//>`
    : html`<${Notice} title="Nothing has been deployed yet"><p><a href="/">Go to the console</a> and type <code>/deploy HOST</code>.</p><//>`;
}

function Rows({ found }) {
  return html`<ul class="rows">${found.map((one) => html`<li key=${one.id} class="past"><${Past} one=${one} /></li>`)}</ul>`;
}

function Past({ one }) {
  const {
    id,
    host,
    mode,
    outcome,
    phase,
    commit,
    revision,
    reason,
    message,
    requestedBy,
    createdAt,
    finishedAt,
  } = one;
  const gist = reason ?? commit?.subject ?? message ?? "";
  return html`
    <span class="what"><a class="cover" href=${`/d/${id}`}>${host}</a><span class="faint">${mode}</span></span>
    <span class="how"><${Badge} tone=${toneOf(outcome)} words=${outcome ?? `in ${phase}`} /></span>
    <span class="gist">${gist}</span>
    <code class="faint">${revision?.slice(0, 7) ?? ""}</code>
    <span class="who"><${Avatar} name=${requestedBy.name} /> ${requestedBy.name}</span>
    <span class="took">${finishedAt === null ? "" : duration(Date.parse(finishedAt) - Date.parse(createdAt))}</span>
    <span class="when"><${When} at=${createdAt} /></span>`;
}
