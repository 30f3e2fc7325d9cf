/** Prüft eine Lieferadresse: Straße, Ort und Postleitzahl müssen gefüllt sein. */
export function validateAddress(address: { street: string; city: string; zip: string }): string[] {
  const missing: string[] = [];
  for (const [field, value] of Object.entries(address)) {
    if (value.trim() === "") missing.push(field);
  }
  return missing;
}
