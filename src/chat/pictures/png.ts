import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as Drawing from "@resvg/resvg-js";

/** Twice the size, so that it is sharp on a phone. */
const zoom = 2;

/**
 * An SVG as PNG, for platforms that show no SVG. The font comes with the bot, as a server may have none. Throws where the
 * drawing program is not installed, which npm may leave out.
 */
export function pngOf(svg: string): Uint8Array {
  const require = createRequire(import.meta.url);
  const { Resvg } = require("@resvg/resvg-js") as typeof Drawing;
  const fonts = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf");
  const drawn = new Resvg(svg, {
    fitTo: { mode: "zoom", value: zoom },
    font: {
      loadSystemFonts: false,
      fontFiles: [join(fonts, "DejaVuSans.ttf"), join(fonts, "DejaVuSans-Bold.ttf")],
      defaultFontFamily: "DejaVu Sans",
    },
  });
  return drawn.render().asPng();
}
