/** What a look for harmful content found. `unavailable`: nothing is known, ask again later. */
export type Verdict =
  | { readonly verdict: 'clean' }
  | { readonly verdict: 'infected'; readonly finding: string }
  | { readonly verdict: 'unavailable' };

/** Looks for harmful content. Never throws: what cannot be looked at is `unavailable`. */
export interface Scanner {
  readonly kind: 'none' | 'clamd';
  scan(content: AsyncIterable<Uint8Array>): Promise<Verdict>;
}

/** Finds nothing, since nobody looks: for development alone. */
export const noScanner: Scanner = { kind: 'none', scan: async () => ({ verdict: 'clean' }) };
