import { lockDataDirectory } from "../../src/store/data-directory.ts";

/** A bot's hold on a data directory, in a process of its own: it says `held` or why not, and stays until it is killed. */
const [directory = ""] = process.argv.slice(2);
try {
  await lockDataDirectory(directory, (error) => console.log(`lost: ${error.message}`));
  console.log("held");
  setInterval(() => {}, 60_000);
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
