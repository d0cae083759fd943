import { clean } from '../core/text.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text that is nothing but text in an element or a quoted attribute. */
export const htmlText = (text: string): string => clean(text).replace(/[&<>"']/g, (one) => entities[one] ?? '');
