/** Takes a card apart, so that a thread can fold what is long and keep its buttons in view. */
export function cardParts(card) {
  const [first, ...others] = card;
  const title = first?.kind === "heading" ? first : null;
  const rest = title === null ? card : others;
  const at = rest.findIndex(({ kind }) => kind === "steps");
  const before = at < 0 ? rest : rest.slice(0, at);
  const after = at < 0 ? [] : rest.slice(at + 1);
  const asks = after.findIndex(({ kind }) => kind === "buttons");
  // The sentence before the buttons, such as when the card expires, stays with them.
  const from = asks > 0 && after[asks - 1].kind === "text" ? asks - 1 : asks;
  return {
    title,
    said: before.filter(({ kind }) => kind !== "fields"),
    facts: before.filter(({ kind }) => kind === "fields"),
    steps: at < 0 ? null : rest[at],
    more: fold(asks < 0 ? after : after.slice(0, from)),
    decision: asks < 0 ? [] : after.slice(from),
  };
}

/** The card of a run: what stands above its hosts, and what decides it. */
export function runParts(card) {
  const { title, facts } = cardParts(card);
  const asks = card.some(({ kind }) => kind === "buttons");
  return {
    title,
    facts,
    decision: asks ? card.filter(({ kind }) => kind === "text" || kind === "buttons") : [],
  };
}

/** Long tables and lists behind a line that counts them; lists that follow each other behind one. */
function fold(blocks) {
  const folded = [];
  for (const block of blocks) {
    const last = folded.at(-1);
    if (block.kind === "table") {
      folded.push({ kind: "fold", of: block.columns[0], count: block.rows.length, blocks: [block] });
    } else if (block.kind === "list" && block.items.length > 0) {
      if (last?.of === "Unit")
        Object.assign(last, { count: last.count + block.items.length, blocks: [...last.blocks, block] });
      else folded.push({ kind: "fold", of: "Unit", count: block.items.length, blocks: [block] });
    } else if (block.kind !== "list") {
      folded.push(block);
    }
  }
  return folded;
}
