import { createHash } from "node:crypto";

/** Where a chain stands: the number and the hash of its last line. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** What the first line follows. */
export const emptyHead: Head = { seq: 0, hash: "0".repeat(64) };

/** How many problems are told; a file that was rewritten has one in each line. */
const maxProblems = 20;
const ending = /,"hash":"([0-9a-f]{64})"\}$/;

/**
 * The next line of a chain. Its hash is the SHA-256 of the line as it would be without its last field, so the
 * bytes themselves are what is protected, and `previous` ties them to the line before.
 */
export function chainedLine(fields: object, after: Head): { readonly line: string; readonly head: Head } {
  const seq = after.seq + 1;
  const body = JSON.stringify({ seq, ...fields, previous: after.hash });
  const hash = sha256(Buffer.from(body));
  return { line: `${body.slice(0, -1)},"hash":"${hash}"}`, head: { seq, hash } };
}

type Link = Head & { readonly previous: string };
type Read = { readonly kind: "sound"; readonly link: Link } | { readonly kind: "bad"; readonly why: string };

/** Reads the bytes of one line, without its newline. */
export function readLink(line: Buffer): Read {
  const text = line.toString("utf8");
  const hash = ending.exec(text)?.[1];
  if (hash === undefined) {
    return { kind: "bad", why: "is no line of an audit: it was added, changed or cut" };
  }
  const body = Buffer.concat([line.subarray(0, line.length - `,"hash":"${hash}"}`.length), Buffer.from("}")]);
  if (sha256(body) !== hash) {
    return { kind: "bad", why: "was changed: its hash does not fit what it says" };
  }
  const { seq, previous } = JSON.parse(body.toString("utf8")) as { seq?: unknown; previous?: unknown };
  return typeof seq === "number" && typeof previous === "string"
    ? { kind: "sound", link: { seq, previous, hash } }
    : { kind: "bad", why: "has no number, or does not say which line it follows" };
}

export interface Findings {
  /** Whole lines, sound or not. */
  readonly lines: number;
  /** The last line that could be read. */
  readonly last: Link | null;
  readonly problems: readonly string[];
}

/** Follows a chain line by line; `end` compares where it ended with what the head says (null: there is no head). */
export function chainChecker() {
  let lines = 0;
  let last: Link | null = null;
  let wasBad = false;
  const problems: string[] = [];

  function tell(problem: string): void {
    if (problems.length < maxProblems) {
      problems.push(problem);
    } else if (problems.length === maxProblems) {
      problems.push("there is more that does not fit; these are the first ones");
    }
  }

  return {
    push(bytes: Buffer): void {
      lines += 1;
      const read = readLink(bytes);
      if (read.kind === "bad") {
        tell(`line ${lines} ${read.why}`);
        wasBad = true;
        return;
      }
      const expected = last ?? emptyHead;
      const { link } = read;
      // Behind a line that could not be read nothing is known of its hash, but the numbers still tell.
      const isNext = wasBad ? link.seq === lines : link.seq === expected.seq + 1;
      if (!isNext || (!wasBad && link.previous !== expected.hash)) {
        tell(`line ${lines} does not follow the one before it: ${gap(expected, link)}`);
      }
      last = link;
      wasBad = false;
    },
    end(head: Head | null, tornBytes: number): Findings {
      if (tornBytes > 0) {
        tell(`line ${lines + 1} is cut off after ${tornBytes} bytes`);
      }
      // Of a last line that cannot be read only the number is known.
      const problem =
        wasBad && head !== null && head.seq <= lines ? null : compareWithHead(last, lines, head);
      if (problem !== null) {
        tell(problem);
      }
      return { lines, last, problems };
    },
  };
}

function gap(before: Head, link: Link): string {
  const missing = link.seq - before.seq - 1;
  if (missing > 0) {
    return `${missing === 1 ? `number ${link.seq - 1} is` : `numbers ${before.seq + 1} to ${link.seq - 1} are`} missing`;
  }
  return missing < 0
    ? `it has number ${link.seq}, after ${before.seq}: lines were added, doubled or moved`
    : "it follows another line than the one that stands there";
}

/** Null where the end is the one the head names; a head that is one behind is a crash between the two writes. */
function compareWithHead(last: Link | null, lines: number, head: Head | null): string | null {
  const end = last ?? { ...emptyHead, previous: "" };
  if (head === null) {
    return lines > 1
      ? "audit-head.json is missing or damaged: nobody can say whether lines were cut off the end"
      : null;
  }
  if (head.seq > end.seq) {
    const missing = head.seq - end.seq;
    return `after line ${lines}, ${missing === 1 ? "a line is" : `${missing} lines are`} missing: the head is at number ${head.seq}`;
  }
  if (head.seq === end.seq) {
    return head.hash === end.hash
      ? null
      : `line ${lines} is not the one that the head names: the file was rewritten`;
  }
  return follows(end, head)
    ? null
    : `line ${lines} has number ${end.seq}, but the head is at ${head.seq}: lines were added`;
}

/** Whether a line is the one right after a head. */
export function follows(link: Link, head: Head): boolean {
  return link.seq === head.seq + 1 && link.previous === head.hash;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
