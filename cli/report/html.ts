/** HTML that was made by `html`, so that it is safe to put into a page. */
export interface Html {
  readonly html: string;
}

type Value = string | number | Html | undefined | readonly Html[];

/** A piece of HTML. Every value is escaped, unless it is HTML that this function made. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  html: parts.reduce((text, part, index) => `${text}${toHtml(values[index - 1])}${part}`),
});

function toHtml(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return 'html' in value ? value.html : value.map((each) => each.html).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (found) => entities[found] ?? found);

/** JSON inside a script element: no text in it can end the element. */
export const embedJson = (value: object): Html => ({
  html: JSON.stringify(value).replaceAll('<', '\\u003c'),
});
