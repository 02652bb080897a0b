const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for HTML, in elements and in quoted attributes alike. */
export function safe(text: string): string {
  return text.replace(/\+-/g, "\u00b1").replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
