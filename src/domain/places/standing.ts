import { Pcode, parentOf } from './pcodes.ts';

/** What is decided about going back to an area (domain.md §3.3). `unknown` is an area nobody has decided about. */
export const AREA_STATUSES = ['unknown', 'open', 'conditional', 'suspended', 'closed', 'military_zone'] as const;
export type AreaStatus = (typeof AREA_STATUSES)[number];

/** What this module reads of an area. */
export interface Standing {
  readonly status: AreaStatus;
  readonly area?: string;
  readonly conditions?: readonly string[];
  /** Whom a suspension is about; everybody when absent. */
  readonly scope?: 'all' | 'group' | undefined;
  /** Since which day it is so. */
  readonly since?: string | undefined;
}

/**
 * The keys of the areas whose decisions reach a place, nearest first: the village if one is named, then the area and all it
 * lies in. A provisional code lies in the P-code it begins with.
 */
export function areaLine(code: string, village?: string): readonly string[] {
  const line = village === undefined ? [code] : [village, code];
  let above = Pcode.safeParse(code).success ? parentOf(code) : code.replace(/P\d{2}$/, '');
  while (above !== undefined) {
    line.push(above);
    above = parentOf(above);
  }
  return line;
}

/** The decision that holds for an area: its own, else that of the nearest area it lies in that has one (domain.md §3.3). */
export function areaStanding(own: Standing | undefined, parents: readonly (Standing | undefined)[]): Standing {
  return [own, ...parents].find((one) => one !== undefined && one.status !== 'unknown') ?? { status: 'unknown' };
}

/** Whether going back is shut for everybody, or for the group a suspension names. An area nobody decided about is not shut. */
export const isShut = ({ status }: Standing): boolean => ['suspended', 'closed', 'military_zone'].includes(status);

/** A decision told apart from later ones about the same area: what an exception from it is recorded against. */
export const decisionKey = ({ area, since }: Standing): string => `${area ?? ''} ${since ?? ''}`;
