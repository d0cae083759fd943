/** A text as a link in a result names it. */
export type Cutting = {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly mimeType: string;
};

export interface Cuttings {
  keep(title: string, text: string, mimeType?: string): Cutting;
  list(): readonly Cutting[];
  read(uri: string): { readonly text: string; readonly mimeType: string } | undefined;
}

const kept = 20;

/** The last twenty texts that were too long for a result, for as long as this server runs. */
export function createCuttings(): Cuttings {
  const texts = new Map<string, { cutting: Cutting; text: string }>();
  let count = 0;
  return {
    keep(title, text, mimeType = 'text/plain') {
      count += 1;
      const name = `report-${count}`;
      const cutting = { uri: `rackhand://report/${count}`, name, title, mimeType };
      texts.set(cutting.uri, { cutting, text });
      texts.delete(`rackhand://report/${count - kept}`);
      return cutting;
    },
    list: () => [...texts.values()].map(({ cutting }) => cutting).toReversed(),
    read(uri) {
      const kept = texts.get(uri);
      return kept && { text: kept.text, mimeType: kept.cutting.mimeType };
    },
  };
}
