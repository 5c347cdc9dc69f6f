/** Remembers the last things that came, so that what comes twice is noticed. */
export function createSeen(most: number): (ids: readonly string[]) => boolean {
  const known = new Set<string>();
  return (ids) => {
    const isKnown = ids.some((id) => known.has(id));
    for (const id of ids) {
      known.delete(id);
      known.add(id);
    }
    for (const id of known) {
      if (known.size <= most) {
        break;
      }
      known.delete(id);
    }
    return isKnown;
  };
}
