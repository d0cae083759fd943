import type { Page, PageFormat } from '../core/page.ts';
import { pageChat } from './page-chat.ts';
import { pageHtml } from './page-html.ts';
import { pageMarkdown } from './page-markdown.ts';

const writers: Readonly<Record<PageFormat, (page: Page) => string>> = {
  md: pageMarkdown,
  html: pageHtml,
  chat: pageChat,
};

export const pageText = (page: Page, format: PageFormat): string => writers[format](page);
