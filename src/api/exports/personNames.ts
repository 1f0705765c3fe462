import { FourPartName } from '../../domain/person/data.ts';

/** A person's name as one cell; null where it is hidden or erased. */
export function formatName(name: unknown): string | null {
  const arabic = FourPartName.safeParse(typeof name === 'object' && name !== null && 'ar' in name ? name.ar : undefined);
  if (!arabic.success) return null;
  const { first, father, grandfather, family } = arabic.data;
  return [first, father, grandfather, family].filter((part) => part !== undefined).join(' ');
}
