/** What happened in the fleet's flake: a commit is a parent plus a few changed places, so that each reads like a diff. */
export interface Commit {
  readonly branch: string;
  /** The branch it starts from; its own, when left out. */
  readonly from?: string;
  readonly subject: string;
  readonly author: keyof typeof authors;
  /** ISO date: with fixed dates the revisions are the same on every machine. */
  readonly date: string;
  /** Name of a file in faults/, which becomes overrides.nix before the edits. */
  readonly override?: string;
  readonly edits?: readonly Edit[];
}

export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const authors = {
  mira: "Mira Okafor <mira@fleet.example>",
  jonas: "Jonas Lindqvist <jonas@fleet.example>",
  priya: "Priya Raman <priya@fleet.example>",
} as const;

const version = (name: string, from: string, to: string): Edit => ({
  file: "packages/versions.nix",
  from: `${name} = "${from}"`,
  to: `${name} = "${to}"`,
});

const good: readonly Commit[] = [
  {
    branch: "main",
    subject: "fleet: four machines, one flake",
    author: "mira",
    date: "2026-11-02T09:12:00Z",
  },
  {
    branch: "main",
    subject: "nginx 1.27.4 → 1.27.5",
    author: "jonas",
    date: "2026-11-09T13:40:00Z",
    edits: [version("nginx", "1.27.4", "1.27.5")],
  },
  {
    branch: "main",
    subject: "worker: two threads",
    author: "priya",
    date: "2026-11-12T08:05:00Z",
    edits: [
      version("job-worker", "2.3.0", "2.4.0"),
      { file: "roles/default.nix", from: `[ "QUEUE=\${queue}" ]`, to: `[ "QUEUE=\${queue}" "THREADS=2" ]` },
    ],
  },
  {
    branch: "main",
    subject: "metrics: export the load of every machine",
    author: "mira",
    date: "2026-11-17T15:21:00Z",
    edits: [
      { file: "system/default.nix", from: "[ roles.base ]", to: "[ roles.base roles.metrics ]" },
      { file: "roles/base.nix", from: "accept 8480\\n", to: "accept 8480\\naccept 9480\\n" },
    ],
  },
  {
    branch: "next",
    from: "main",
    subject: "openssl 3.3.2 → 3.3.3",
    author: "jonas",
    date: "2026-11-19T10:30:00Z",
    edits: [version("openssl", "3.3.2", "3.3.3")],
  },
  {
    branch: "slow",
    from: "main",
    subject: "log shipper: on every machine",
    author: "mira",
    date: "2026-11-20T09:10:00Z",
    override: "slow",
  },
];

/** A branch bad/NAME on top of main. */
const bad = (name: string, subject: string, change: Pick<Commit, "edits" | "override">): Commit => ({
  branch: `bad/${name}`,
  from: "main",
  subject,
  author: "priya",
  date: "2026-11-20T16:45:00Z",
  ...change,
});

const faults: readonly Commit[] = [
  bad("syntax", "yoga: two more packages", {
    edits: [
      {
        file: "hosts/yoga.nix",
        from: "packages = [ pkgs.firefox pkgs.git ];",
        to: "packages = [ pkgs.firefox pkgs.git ]",
      },
    ],
  }),
  bad("eval-error", "zephyrus: nginx in the path", {
    edits: [
      {
        file: "hosts/zephyrus.nix",
        from: "[ pkgs.git pkgs.ffmpeg ]",
        to: "[ pkgs.git pkgs.ffmpeg pkgs.ngnix ]",
      },
    ],
  }),
  bad("build-failure", "restic: build from source on hetzner-vps", { override: "build-failure" }),
  bad("activation-fails", "secrets: decrypt at activation", { override: "activation-fails" }),
  bad("exits-1", "users: from the directory server", { override: "exits-1" }),
  bad("exits-11", "activation: through the new agent", { override: "exits-11" }),
  bad("prints-much", "activation: trace every step", { override: "prints-much" }),
  bad("prints-much-and-fails", "activation: trace every step, and stop", {
    override: "prints-much",
    edits: [{ file: "overrides.nix", from: "tr '\\\\0' x\n", to: "tr '\\\\0' x\n      exit 1\n" }],
  }),
  bad("exits-100", "init: the next interface", { override: "exits-100" }),
  bad("exits-101", "switch program: 25.11", { override: "exits-101" }),
  bad("unit-fails", "web: new TLS configuration", { override: "unit-fails" }),
  bad("unit-dies", "web: serve from the new data folder", { override: "unit-dies" }),
  bad("flapper", "worker: connect to the new broker", { override: "flapper" }),
  bad("flapper-slow", "worker: longer connection timeout", {
    override: "flapper",
    edits: [{ file: "overrides.nix", from: "/bin/sleep 3;", to: "/bin/sleep 6;" }],
  }),
  bad("never-ready", "mail queue: on every machine", { override: "never-ready" }),
  bad("stops-sshd", "ssh: only through the VPN", { override: "stops-sshd" }),
  bad("hangs", "activation: wait for the vault", { override: "hangs" }),
  bad("boot-fails", "boot: keep more generations", { override: "boot-fails" }),
  bad("leaves-daemon", "activation: start the log shipper", { override: "leaves-daemon" }),
  bad("kills-parent", "activation: clear old sessions", { override: "kills-parent" }),
  bad("inhibited", "dbus: use the broker implementation", { override: "inhibited" }),
  bad("kernel", "linux 6.12.57 → 6.12.60", { edits: [version("linux", "6.12.57", "6.12.60")] }),
  bad("forges-state", "telemetry: report each switch", { override: "forges-state" }),
  bad("answers-itself", "ssh: only through the VPN, with a test of itself", { override: "answers-itself" }),
  bad("big", "firefox: bundle all language packs", { override: "big" }),
];

export const history: readonly Commit[] = [...good, ...faults];
