/** How good what is said is; the words say it too. */
export const tones = ['good', 'warn', 'bad', 'unknown', 'plain'] as const;
export type Tone = (typeof tones)[number];

/** A word or a sentence in a table. */
export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

/** One quantity at several times, drawn to one scale. */
export interface Bars {
  readonly kind: 'bars';
  readonly title: string;
  /** What a full bar stands for. */
  readonly most: number;
  readonly bars: readonly { readonly label: string; readonly value: number; readonly text: string }[];
}

/** One quantity over time. */
export interface Curve {
  readonly kind: 'curve';
  readonly title: string;
  /** What the top of it stands for, and how that reads. */
  readonly most: number;
  readonly mostText: string;
  /** In order, at ms since the beginning; two at least. */
  readonly points: readonly { readonly at: number; readonly value: number; readonly text: string }[];
  /** What happened meanwhile, at ms since the beginning. */
  readonly marks: readonly { readonly at: number; readonly text: string }[];
}

/** A part of a page. All texts in it are plain: whoever writes them out makes them harmless. */
export type Block =
  | { readonly kind: 'text'; readonly text: string; readonly tone?: Tone }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, says: string])[] }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  /** Something that can be done, as it is typed. */
  | { readonly kind: 'command'; readonly say: string; readonly words: readonly string[] }
  | { readonly kind: 'moments'; readonly moments: readonly Moment[] }
  /** Text that a node wrote. `diff`: it is one; `folded`: shown only to who wants to see it. */
  | {
      readonly kind: 'remote';
      readonly title: string;
      readonly text: string;
      readonly diff?: boolean;
      readonly folded?: boolean;
    }
  | Bars
  | Curve;

/** What happened when. */
export interface Moment {
  /** Epoch ms. */
  readonly at: number;
  /** Since the beginning, as people read it. */
  readonly since: string;
  readonly text: string;
  readonly tone: Tone;
}

export interface PageSection {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** Something to hand on, in whatever form: a document, or a message. */
export interface Page {
  readonly title: string;
  /** How it stands, in a word or two. */
  readonly badge: Cell;
  /** All of it in a sentence or two. */
  readonly lead: string;
  /** What a reader must know before all else. */
  readonly warnings: readonly string[];
  readonly facts: readonly (readonly [label: string, says: string])[];
  readonly sections: readonly PageSection[];
  readonly foot: string;
  /** What a message holds of it, the most important first. */
  readonly brief: readonly string[];
}

export const pageFormats = ['md', 'html', 'chat'] as const;
export type PageFormat = (typeof pageFormats)[number];
