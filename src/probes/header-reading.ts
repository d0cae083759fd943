/** What the first bytes of a model file tell of the whole. */
export type HeaderReading =
  | {
      readonly state: 'complete';
      /** Of the format; null for one without versions. */
      readonly version: number | null;
      readonly tensors: number;
      /** The file must be at least this long, or a tensor lies outside of it. */
      readonly needsBytes: number;
    }
  /** The header goes on after these bytes; where it says so, how long it is. */
  | { readonly state: 'incomplete'; readonly headerBytes: number | null }
  /** A version that is not known here: nothing more can be read. */
  | { readonly state: 'newer'; readonly version: number }
  | { readonly state: 'broken'; readonly why: string };
