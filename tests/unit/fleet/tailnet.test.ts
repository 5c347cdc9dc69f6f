import assert from "node:assert/strict";
import { test } from "node:test";
import { isTailnetAddress, readTailnet } from "../../../src/fleet/tailnet.ts";

test("addresses of a tailnet are told from others", () => {
  for (const address of ["100.64.0.1", "100.127.255.9", "yoga.tail1234.ts.net", "fd7a:115c:a1e0::1"]) {
    assert.equal(isTailnetAddress(address), true, address);
  }
  for (const address of ["100.63.0.1", "100.128.0.1", "192.168.1.2", "yoga", "ts.net.example", "fd7b::1"]) {
    assert.equal(isTailnetAddress(address), false, address);
  }
});

const status = {
  BackendState: "Running",
  Self: { HostName: "builder", DNSName: "builder.tail1.ts.net.", TailscaleIPs: ["100.64.0.1"] },
  Peer: {
    "nodekey:a": {
      HostName: "Yoga 7",
      DNSName: "yoga.tail1.ts.net.",
      TailscaleIPs: ["100.64.0.2", "fd7a:115c:a1e0::2"],
      Online: false,
      LastSeen: "2026-11-23T07:41:08.1Z",
    },
    "nodekey:b": {
      HostName: "vps",
      DNSName: "vps.tail1.ts.net.",
      TailscaleIPs: null,
      Online: false,
      LastSeen: "0001-01-01T00:00:00Z",
    },
  },
};
const exit = (json: unknown) => ({ exitCode: 0, stdout: JSON.stringify(json), stderr: "" });

test("a peer is found by its address, its whole name or its short one", () => {
  for (const address of ["100.64.0.2", "fd7a:115c:a1e0::2", "yoga.tail1.ts.net", "yoga", "YOGA"]) {
    assert.deepEqual(readTailnet(exit(status), address), {
      kind: "offline",
      since: "2026-11-23T07:41:08.1Z",
    });
  }
  assert.deepEqual(readTailnet(exit(status), "vps"), { kind: "offline", since: null });
  assert.deepEqual(readTailnet(exit(status), "builder"), { kind: "online" });
  assert.deepEqual(readTailnet(exit(status), "nowhere"), { kind: "unknown" });
});

test("a builder without tailscale says nothing; one whose tailscale is down says so", () => {
  assert.equal(readTailnet({ exitCode: 127, stdout: "", stderr: "" }, "yoga"), null);
  const stderr = "failed to connect to local tailscaled; it doesn't appear to be running\n";
  assert.deepEqual(readTailnet({ exitCode: 1, stdout: "", stderr }, "yoga"), {
    kind: "down",
    why: "failed to connect to local tailscaled; it doesn't appear to be running",
  });
  assert.deepEqual(readTailnet(exit({ BackendState: "NeedsLogin" }), "yoga"), {
    kind: "down",
    why: "NeedsLogin",
  });
});
