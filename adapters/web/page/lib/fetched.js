import { useEffect, useState } from "../preact.js";

/** Fetches again whenever `key` changes; an answer that comes after that is dropped. */
export function useFetched(key, fetchIt) {
  const [found, setFound] = useState({ key: null, data: null, error: null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isWanted = true;
    fetchIt().then(
      (data) => isWanted && setFound({ key, data, error: null }),
      (error) => isWanted && setFound({ key, data: null, error }),
    );
    return () => {
      isWanted = false;
    };
  }, [key, round]);
  const isOfNow = found.key === key;
  return {
    data: isOfNow ? found.data : null,
    error: isOfNow ? found.error : null,
    isLoading: !isOfNow,
    again: () => setRound(round + 1),
  };
}
