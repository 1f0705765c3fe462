/** What stands on a paper, in words already chosen: no layout, no lookups. Text that is no Arabic is set apart (`apart`). */
export interface Sheet {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'fields'; readonly rows: readonly Field[] }
  | { readonly kind: 'table'; readonly columns: readonly TableColumn[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'signatures'; readonly of: readonly string[] };

/** A label with its value. */
export type Field = readonly [label: string, value: string];

/** `share` is its part of the page's width, of the sum of all. The first column stands on the right. */
export interface TableColumn {
  readonly title: string;
  readonly share: number;
}

/** What every paper carries around its text. */
export interface Frame {
  /** Ministry or organisation, then office: who hands it out. */
  readonly issuer: readonly string[];
  /** `4821-9037-5512-3`. */
  readonly reference: string;
  /** Of this print within its case. */
  readonly number: number;
  /** Above 1, this is a reprint and says so. */
  readonly copy: number;
  /** RFC 3339 UTC. */
  readonly printedAt: string;
  /** Where the QR code leads. */
  readonly address: string;
}
