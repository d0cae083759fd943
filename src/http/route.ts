/** What somebody asks for. */
export interface Asked {
  /** What stood in the place of `:name`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

export interface Answer {
  readonly status: number;
  /** As JSON. */
  readonly body: object;
}

/** One path that can be asked for. All of them look and none changes anything, so that GET is their only method. */
export interface Route {
  /** `/health/comfyui/instances/:gpu` */
  readonly path: string;
  /** One sentence, for the list of what there is. */
  readonly summary: string;
  /** Errors: of `errors.ts`; the server says them. */
  answer(asked: Asked): Promise<Answer>;
}

/** The route of a path, and what stands in it; the first that fits. */
export function routeOf(
  routes: readonly Route[],
  path: string,
): { readonly route: Route; readonly params: Asked['params'] } | undefined {
  const given = path.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    if (wanted.length !== given.length) continue;
    const pairs = wanted.map((part, index) => [part, given[index] ?? ''] as const);
    if (!pairs.every(([part, word]) => (part.startsWith(':') ? word !== '' : part === word))) continue;
    const params = pairs.flatMap(([part, word]) =>
      part.startsWith(':') ? [[part.slice(1), decoded(word)] as const] : [],
    );
    return { route, params: Object.fromEntries(params) };
  }
  return undefined;
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
