/**
 * The channel, oldest first: what was typed here, and the cards of everybody's runs. A run of several hosts is one
 * entry with its deployments beneath it; a run of one host is that deployment's card.
 */
export function timeline({ deployments, runs, notes, filter }) {
  const byRun = Map.groupBy(deployments.values(), (deployment) => deployment.run);
  const entries = [];
  const shown = new Set();
  for (const [runId, members] of byRun) {
    const run = runs.get(runId);
    shown.add(runId);
    if (filter === null && run !== undefined && run.deployments.length > 1)
      entries.push(runEntry(run, members));
    else
      for (const one of members)
        if (filter === null || one.host === filter) entries.push(deploymentEntry(one, run));
  }
  for (const run of runs.values()) {
    if (filter === null && !shown.has(run.id) && run.deployments.length !== 1)
      entries.push(runEntry(run, []));
  }
  for (const note of notes) {
    if (!shown.has(note.reply?.run)) entries.push({ kind: "note", key: note.id, at: note.at, note });
  }
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function runEntry(run, members) {
  const order = new Map(run.deployments.map((id, index) => [id, index]));
  const sorted = [...members].sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  return { kind: "run", key: run.id, at: run.createdAt, run, members: sorted };
}

function deploymentEntry(deployment, run) {
  return { kind: "deployment", key: deployment.id, at: deployment.createdAt, deployment, run };
}
