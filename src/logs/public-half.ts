/** Whether bytes that tell how long they are can be read there. */
function fieldAt(bytes: Buffer, at: number): Buffer | null {
  const size = at + 4 <= bytes.length ? bytes.readUInt32BE(at) : Number.POSITIVE_INFINITY;
  return at + 4 + size <= bytes.length ? bytes.subarray(at + 4, at + 4 + size) : null;
}

const magic = "openssh-key-v1\0";

/**
 * The public half in an OpenSSH private key file, as its `.pub` has it in base64; null for any other text. It is no secret, though
 * an unencrypted file has it twice, once beside the private half. Format: PROTOCOL.key of OpenSSH.
 */
export function publicHalf(privateKey: string): string | null {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(privateKey)?.[1];
  const bytes = Buffer.from(body ?? "", "base64");
  if (bytes.subarray(0, magic.length).toString("latin1") !== magic) {
    return null;
  }
  let at = magic.length;
  for (const _ of ["cipher", "kdf", "kdf options"]) {
    at += 4 + (fieldAt(bytes, at)?.length ?? bytes.length);
  }
  // Behind the number of keys, which is one.
  return fieldAt(bytes, at + 4)?.toString("base64") ?? null;
}
