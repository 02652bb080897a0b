/** Text made safe for XML; control characters as numeric references, so that a key with one in it survives. */
function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold control characters
  return text.replace(/[&<>"'\u0000-\u001f]/g, (c) => ENTITIES[c] ?? `&#${c.charCodeAt(0)};`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** One element with text inside. */
export function textElement(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** One element with ready XML inside. */
export function element(name: string, ...children: readonly string[]): string {
  return `<${name}>${children.join("")}</${name}>`;
}

/** A document whose root stands in the namespace of S3, as bytes. */
export function s3Document(root: string, ...children: readonly string[]): Uint8Array {
  const open = `<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`;
  return Buffer.from(`${PROLOG}${open}${children.join("")}</${root}>`);
}

/** The document of an error, as bytes; no namespace there. */
export function errorDocument(code: string, message: string): Uint8Array {
  return Buffer.from(PROLOG + element("Error", textElement("Code", code), textElement("Message", message)));
}

const PROLOG = '<?xml version="1.0" encoding="UTF-8"?>';
