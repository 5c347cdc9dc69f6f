/**
 * The channel, oldest first: what was typed here, and everybody's runs. `host` narrows it to the runs that touch one.
 */
export function timeline({ deployments, runs, notes, oldest }, host) {
  const byRun = Map.groupBy(deployments.values(), (deployment) => deployment.run);
  for (const run of runs.values()) if (!byRun.has(run.id)) byRun.set(run.id, []);
  const entries = [];
  for (const [id, members] of byRun) {
    const run = runs.get(id) ?? null;
    const at = run?.createdAt ?? members[0].createdAt;
    const isOf = host === null || members.some((one) => one.host === host);
    if (isOf && at >= oldest) entries.push({ kind: "run", key: id, at, run, members: inOrder(run, members) });
  }
  for (const note of notes) {
    if (!byRun.has(note.reply?.run)) entries.push({ kind: "note", key: note.id, at: note.at, note });
  }
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function inOrder(run, members) {
  const order = new Map(run?.deployments.map((id, index) => [id, index]));
  return [...members].sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}

/** What the thread shows while nobody has chosen: the newest run that waits for a decision, else the newest. */
export function likeliestRun(entries, awaitsDecision) {
  const runs = entries.filter(({ kind }) => kind === "run");
  return (runs.findLast(({ members }) => members.some(awaitsDecision)) ?? runs.at(-1))?.key ?? null;
}
