import assert from "node:assert/strict";
import { test } from "node:test";
import { picture } from "../../../src/chat/blocks.ts";
import { attachmentsOf } from "../../../src/chat/pictures/attachments.ts";
import { barChartSvg } from "../../../src/chat/pictures/bar-chart.ts";
import { pngOf } from "../../../src/chat/pictures/png.ts";

const chart = {
  title: "Changes per week",
  labels: ["11-16", "11-23"],
  parts: [
    { name: "kept", colour: "#2e7d4f", values: [1, 2] },
    { name: "failed", colour: "#c0392b", values: [0, 1] },
  ],
};

test("a chart is an SVG with its labels, and nothing that could run", () => {
  const svg = barChartSvg({ ...chart, title: '<script>alert("x")</script>' });
  assert.match(svg, /^<svg /);
  for (const label of [...chart.labels, "kept", "failed"]) {
    assert.equal(svg.includes(label), true, label);
  }
  assert.doesNotMatch(svg, /<script|<foreignObject|onload|javascript:/i);
});

test("it becomes a PNG of twice its size, with its text drawn", () => {
  const png = Buffer.from(pngOf(barChartSvg(chart)));
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1440, 600]);
  const bare = pngOf(barChartSvg({ ...chart, title: "" }));
  assert.equal(png.length > bare.length + 500, true, "a title makes a difference");
});

test("a picture that cannot be drawn is left out and logged, and the others are there", () => {
  const warned: string[] = [];
  const log = { warn: (_: object, message: string) => void warned.push(message) };
  const files = attachmentsOf([picture("broken", "<svg"), picture("fine", barChartSvg(chart))], log);
  assert.deepEqual(
    files.map(({ name, alt }) => [name, alt]),
    [["picture-2.png", "fine"]],
  );
  assert.deepEqual(warned, ["drawing a picture"]);
});
