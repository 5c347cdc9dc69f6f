import { get } from "../lib/api.js";
import { state } from "../lib/store.js";
import { useEffect, useState } from "../preact.js";
import { asking } from "./complete.js";

/** What may stand where somebody is typing: what the page knows at once, and what the bot says a moment later. */
export function useOffers(draft) {
  const { start, local, ask, about } = asking(draft, state.commands);
  const [found, setFound] = useState({ query: "", offers: [] });
  const query = ask === null || ask.of === "text" ? "" : queryOf(ask);

  useEffect(() => {
    if (query === "") return undefined;
    const stop = new AbortController();
    get(`/api/suggest?${query}`, { signal: stop.signal }).then(
      ({ suggestions }) => setFound({ query, offers: suggestions }),
      () => {},
    );
    return () => stop.abort();
  }, [query]);

  const typed = ask?.typed ?? "";
  // While the next answer is on its way, the last one is narrowed: a list that blinks cannot be read.
  const sameKind = ask !== null && found.query.startsWith(`of=${ask.of}&`);
  const asked =
    query === "" || !sameKind
      ? []
      : found.offers.filter(({ value, about: what }) => `${value} ${what}`.includes(typed));
  const offers = [...asked.filter(({ value }) => value !== typed), ...local];
  return {
    about: withoutHosts(ask) ?? about,
    offers: offers.map((offer) => ({ ...offer, text: `${start}${offer.value} ` })),
  };
}

/** Where a host is typed and none is known, the reason stands in place of the word's explanation. */
function withoutHosts(ask) {
  const isHost = ask?.of === "host" || ask?.of === "hosts";
  return isHost && state.hosts.length === 0 && state.trouble !== null
    ? state.trouble.message.split("\n")[0]
    : null;
}

function queryOf({ of, typed, host }) {
  return new URLSearchParams({ of, ...(host === null ? {} : { host }), typed }).toString();
}
