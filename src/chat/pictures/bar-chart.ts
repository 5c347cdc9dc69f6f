import { createRequire } from "node:module";
import type * as Charts from "echarts";

/** Bars beside each other, each of one or more parts. */
export interface BarChart {
  readonly title: string;
  /** What stands below each bar. */
  readonly labels: readonly string[];
  readonly parts: readonly {
    readonly name: string;
    readonly colour: string;
    readonly values: readonly number[];
  }[];
}

const width = 720;
const height = 300;
/** The first is in the package that the PNG is drawn with. */
const fonts = "DejaVu Sans, Inter, sans-serif";
const ink = "#3b4252";

// Its one file for CommonJS is read in a third of a second, its thousand modules take several; so it is read when needed.
let charts: typeof Charts | null = null;

/** Draws a chart as SVG, without a browser. */
export function barChartSvg({ title, labels, parts }: BarChart): string {
  charts ??= createRequire(import.meta.url)("echarts") as typeof Charts;
  const chart = charts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      textStyle: { fontFamily: fonts, color: ink },
      title: { text: title, left: 16, top: 12, textStyle: { fontSize: 15, fontFamily: fonts, color: ink } },
      legend: {
        right: 16,
        top: 14,
        bottom: "auto",
        selectedMode: false,
        textStyle: { fontFamily: fonts, color: ink },
      },
      grid: { left: 44, right: 20, top: 56, bottom: 34 },
      xAxis: { type: "category", data: [...labels], axisLabel: { color: ink, interval: 0 } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { color: ink } },
      series: parts.map(({ name, colour, values }) => ({
        name,
        type: "bar",
        stack: "all",
        silent: true,
        color: colour,
        barMaxWidth: 36,
        data: [...values],
      })),
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
