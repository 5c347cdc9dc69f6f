import { useEffect, useLayoutEffect, useRef, useState } from "../preact.js";
import { heightOf, rowsInView, scrollFor } from "./window.js";

/** Lines that are fetched beyond those in view, so that a little scrolling needs no waiting. */
const beyond = 100;
const nothing = { total: 0, length: 0, state: "loading", found: null, isScanning: false };

/** Follows a log by its worker, and keeps the lines that are in view. */
export function useLog({ id, isOver, query, isTrouble, follows, setFollows }) {
  const box = useRef(null);
  const sizer = useRef(null);
  const worker = useRef(null);
  const known = useRef({ from: 0, lines: [], round: 0, asked: "", isAsking: false });
  const target = useRef(null);
  const lastTop = useRef(0);
  const [log, setLog] = useState(nothing);
  const [, redraw] = useState(0);
  const shownTotal = log.found ?? log.total;

  useEffect(() => {
    const mine = new Worker("/assets/log/worker.js");
    worker.current = mine;
    mine.onmessage = ({ data }) => {
      if (data.kind === "grown") setLog(data);
      else if (data.round === known.current.round) {
        Object.assign(known.current, { from: data.from, lines: data.lines, isAsking: false });
        redraw((n) => n + 1);
      }
    };
    mine.postMessage({ kind: "open", id });
    return () => mine.terminate();
  }, [id]);

  useEffect(() => {
    if (isOver) worker.current.postMessage({ kind: "over" });
  }, [id, isOver]);

  useEffect(() => {
    Object.assign(known.current, { lines: [], asked: "", isAsking: false, round: known.current.round + 1 });
    setLog((before) => ({ ...before, found: query === "" && !isTrouble ? null : 0, isScanning: true }));
    worker.current.postMessage({ kind: "find", query, isTrouble });
  }, [id, query, isTrouble]);

  const view = () =>
    rowsInView({
      total: shownTotal,
      scrollTop: box.current?.scrollTop ?? 0,
      viewHeight: box.current?.clientHeight ?? 0,
    });

  useLayoutEffect(() => {
    // By hand, as the policy of the page forbids styles in markup.
    sizer.current.style.height = `${heightOf(shownTotal)}px`;
    if (target.current !== null && log.found === null && target.current < log.total) {
      box.current.scrollTop = scrollFor({
        row: Math.max(0, target.current - 5),
        total: log.total,
        viewHeight: box.current.clientHeight,
      });
      target.current = null;
    } else if (follows && target.current === null) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [shownTotal, follows, log.found]);

  // After every drawing: the rows are shifted by what is scrolled out, and lines that are not there yet are asked for.
  useLayoutEffect(() => {
    const { first, count, shift } = view();
    sizer.current.firstElementChild.style.transform = `translateY(${-shift}px)`;
    const { from, lines, asked, isAsking } = known.current;
    const isThere = from <= first && from + lines.length >= Math.min(shownTotal, first + count);
    const wish = `${first}:${count}:${shownTotal}`;
    if (isThere || isAsking || asked === wish) return;
    Object.assign(known.current, { round: known.current.round + 1, asked: wish, isAsking: true });
    const start = Math.max(0, first - beyond);
    worker.current.postMessage({
      kind: "show",
      round: known.current.round,
      from: start,
      to: first + count + beyond,
    });
  });

  const { first, count } = view();
  const { from, lines } = known.current;
  return {
    log,
    box,
    sizer,
    rows: lines.slice(Math.max(0, first - from), Math.max(0, first - from + count)),
    goTo(row) {
      target.current = row;
      setFollows(false);
    },
    onScroll() {
      const { scrollTop, scrollHeight, clientHeight } = box.current;
      if (scrollTop < lastTop.current - 2) setFollows(false);
      else if (scrollHeight - scrollTop - clientHeight < 4 && target.current === null) setFollows(true);
      lastTop.current = scrollTop;
      redraw((n) => n + 1);
    },
  };
}
