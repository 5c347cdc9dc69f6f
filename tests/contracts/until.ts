/** Looks every few milliseconds until this is so; says after a while what did not come about. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  patience = 15_000,
  why: () => string = () => "",
): Promise<void> {
  const end = Date.now() + patience;
  while (!(await isSo())) {
    if (Date.now() > end) {
      throw new Error(`${what} did not come about in ${patience / 1000} s. ${why()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
