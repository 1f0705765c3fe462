import type { Erasure, ErasureState, Extent, Ground, Subject } from '../../domain/erasure/index.ts';
import { subjectsOf, tellsOnlyOf } from '../../domain/erasure/index.ts';
import type { HouseholdState } from '../../domain/household/index.ts';
import { idOf } from '../../domain/kernel/envelope.ts';
import type { PersonState } from '../../domain/person/index.ts';
import type { Reactor, TaskContext } from '../runtime/reactor.ts';
import { come } from '../runtime/readModel.ts';

interface About {
  readonly persons: readonly string[];
  readonly households: readonly string[];
}

export interface ErasureReactorParts {
  /** Cases about any of these, from a read model that shows this position; `not yet` while it is behind. */
  casesAbout(
    subjects: About,
    position: bigint,
  ): Promise<readonly (About & { readonly process: string; readonly id: string })[] | 'not yet'>;
  /** Files that these streams name and no others. */
  filesOnlyOf(streams: readonly string[]): Promise<readonly string[]>;
  /** Destroys the keys of subjects, wherever this installation keeps some; answers how many are destroyed by now, earlier tries included. */
  destroy(subjects: readonly string[]): Promise<number>;
  /** Removes the sealed bytes of files. */
  discard(files: readonly string[]): Promise<void>;
  /** Whether a case in a store of its own stands against erasing these, by the rules at an instant (RFC 3339 UTC). */
  isHeldElsewhere(search: {
    readonly subjects: readonly string[];
    readonly ground: Ground;
    readonly now: string;
  }): Promise<boolean>;
}

const STEPS: Readonly<Record<string, string>> = {
  ErasureRequested: 'examine',
  ErasureStopped: 'examine',
  ErasureHeldElsewhere: 'examine',
  ErasureApproved: 'begin',
  ErasureBegun: 'destroy',
};

/**
 * Carries erasures out: finds what one covers, looks once more when it is approved, writes that it begins, destroys the keys and
 * writes that it is done. Each step follows from the event of the one before it, so one that died goes on where it was.
 */
export const erasures = (parts: ErasureReactorParts): Reactor => ({
  name: 'erasures',
  start: 'beginning',
  categories: ['erasure'],
  react: ({ type }) => (STEPS[type] === undefined ? [] : [{ step: STEPS[type], ids: {} }]),
  perform: async ({ step }, context) => {
    const { stream, position } = context.cause;
    const state = (await context.cases.glance(stream)).state as ErasureState;
    if (state.status === 'none') return;
    const give = (command: string, input: object) => context.command({ process: 'erasure', command, id: idOf(stream), input });
    if (step === 'destroy') return destroy(state, parts, give);
    const extent = await extentOf(state.subject, parts, context.cases, position);
    if (step === 'examine') return void (await give('recordExtent', { extent }));
    const search = { subjects: subjectsOf(extent), ground: state.ground, now: context.now() };
    const heldElsewhere = await parts.isHeldElsewhere(search);
    await give('begin', heldElsewhere ? { extent, heldElsewhere } : { extent });
  },
});

async function destroy(
  { status, extent }: Erasure,
  parts: ErasureReactorParts,
  give: (command: string, input: object) => Promise<unknown>,
): Promise<void> {
  if (status !== 'erasing' || !extent) return;
  const keys = await parts.destroy(subjectsOf(extent));
  await parts.discard(extent.files);
  await give('finish', { keys });
}

/** Everything that tells of a person or a household and of nobody else; and what names them beside others. */
async function extentOf(
  subject: Subject,
  parts: ErasureReactorParts,
  cases: TaskContext['cases'],
  position: bigint,
): Promise<Extent> {
  const persons = new Set<string>();
  const households = new Set<string>();
  const stateOf = async <S>(process: string, id: string): Promise<S> => (await cases.glance(`${process}-${id}`)).state as S;
  const addPerson = async (id: string): Promise<void> => {
    if (persons.has(id)) return;
    persons.add(id);
    for (const { absorbed } of (await stateOf<PersonState>('person', id)).merges) await addPerson(absorbed);
  };
  const addHousehold = async (id: string): Promise<void> => {
    if (households.has(id)) return;
    households.add(id);
    const { merges, members } = await stateOf<HouseholdState>('household', id);
    for (const { absorbed } of merges) await addHousehold(absorbed);
    for (const { person } of members) {
      const { household } = await stateOf<PersonState>('person', person);
      // Who belongs to another family by now is not erased with this one.
      if (household === undefined || households.has(household)) await addPerson(person);
    }
  };
  await (subject.kind === 'person' ? addPerson(subject.id) : addHousehold(subject.id));

  const about = { persons: [...persons].sort(), households: [...households].sort() };
  const found = come(await parts.casesAbout(about, position)).filter(
    ({ process, id }) => !(process === 'person' && persons.has(id)) && !(process === 'household' && households.has(id)),
  );
  const own = found.filter((one) => tellsOnlyOf(one, persons, households));
  const ref = ({ process, id }: { readonly process: string; readonly id: string }) => ({ process, id });
  const streams = [
    ...about.persons.map((id) => `person-${id}`),
    ...about.households.map((id) => `household-${id}`),
    ...own.map(({ process, id }) => `${process}-${id}`),
  ];
  return {
    ...about,
    cases: own.map(ref),
    kept: found.filter((one) => !own.includes(one)).map(ref),
    files: [...(await parts.filesOnlyOf(streams))],
  };
}
