/** A text as a link in a result names it. */
export type Cutting = {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly mimeType: string;
};

export interface Cuttings {
  keep(title: string, text: string): Cutting;
  list(): readonly Cutting[];
  read(uri: string): string | undefined;
}

const kept = 20;

/** The last twenty texts that were too long for a result, for as long as this server runs. */
export function createCuttings(): Cuttings {
  const texts = new Map<string, { cutting: Cutting; text: string }>();
  let count = 0;
  return {
    keep(title, text) {
      count += 1;
      const name = `report-${count}`;
      const cutting = { uri: `rackhand://report/${count}`, name, title, mimeType: 'text/plain' };
      texts.set(cutting.uri, { cutting, text });
      texts.delete(`rackhand://report/${count - kept}`);
      return cutting;
    },
    list: () => [...texts.values()].map(({ cutting }) => cutting).toReversed(),
    read: (uri) => texts.get(uri)?.text,
  };
}
