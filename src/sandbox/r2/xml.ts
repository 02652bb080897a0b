/** Escapes text for XML; control characters become numeric references, so that keys with them survive. */
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

/** Returns an element with text in it. */
export function textElement(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** Returns an element with XML in it. */
export function element(name: string, ...children: readonly string[]): string {
  return `<${name}>${children.join("")}</${name}>`;
}

/** Returns a document, as bytes, whose root is in the namespace of S3. */
export function s3Document(root: string, ...children: readonly string[]): Uint8Array {
  const open = `<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`;
  return Buffer.from(`${PROLOG}${open}${children.join("")}</${root}>`);
}

/** Returns the document of an error, as bytes; it has no namespace. */
export function errorDocument(code: string, message: string): Uint8Array {
  return Buffer.from(PROLOG + element("Error", textElement("Code", code), textElement("Message", message)));
}

const PROLOG = '<?xml version="1.0" encoding="UTF-8"?>';
