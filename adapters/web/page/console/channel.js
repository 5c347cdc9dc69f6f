import { useLayoutEffect, useRef, useState } from "../preact.js";

/** Stays at the newest entry while the reader is there, and leaves a reader who went back alone. */
export function useChannel() {
  const box = useRef(null);
  const content = useRef(null);
  const sticks = useRef(true);
  const lastTop = useRef(0);
  const [isAtEnd, setAtEnd] = useState(true);

  const toEnd = () => {
    sticks.current = true;
    box.current.scrollTop = box.current.scrollHeight;
  };

  useLayoutEffect(() => {
    const watcher = new ResizeObserver(() => {
      if (sticks.current) toEnd();
      setAtEnd(isNearEnd(box.current));
    });
    watcher.observe(content.current);
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);

  return {
    box,
    content,
    isAtEnd,
    toEnd,
    onScroll() {
      const { scrollTop } = box.current;
      const isNear = isNearEnd(box.current);
      // Only a move upwards is a reader who goes back; content that grows makes scroll events, too.
      if (isNear) sticks.current = true;
      else if (scrollTop < lastTop.current) sticks.current = false;
      lastTop.current = scrollTop;
      setAtEnd(isNear);
    },
    onClick(event) {
      // What somebody unfolds should stay under the pointer.
      if (event.target.closest("[aria-expanded], summary, .table .quiet")) sticks.current = false;
    },
  };
}

function isNearEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 60;
}
