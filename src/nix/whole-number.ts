/** What a machine printed as a whole number; null for anything else, and for what no counter ever reaches. */
export function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
