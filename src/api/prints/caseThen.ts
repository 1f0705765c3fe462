import { foldCase } from '../../domain/kernel/case.ts';
import type { Tier } from '../../domain/kernel/privacy.ts';
import type { Process } from '../../domain/kernel/process.ts';
import type { Position } from '../../eventlog/port.ts';
import type { Opener } from '../opener.ts';
import type { ApiParts } from '../parts.ts';
import type { CaseThen } from './paper.ts';

/** A case as it stood at a position of the log (inclusive), with personal values opened up to a tier and no further. */
export async function caseThen(
  { log }: Pick<ApiParts, 'log'>,
  opener: Opener,
  process: Process,
  id: string,
  until: Position,
  tier: Tier,
): Promise<CaseThen> {
  const stream = `${process.name}-${id}`;
  const stored = (await log.read(stream)).filter((event) => event.position <= until);
  const history = await opener.decode({ stream }, stored, tier);
  return { record: foldCase(process, id, history), history };
}
