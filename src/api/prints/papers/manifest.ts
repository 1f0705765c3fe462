import type { ConvoyState } from '../../../domain/convoy/index.ts';
import { isOpen } from '../../../domain/kernel/privacy.ts';
import type { MovementState } from '../../../domain/movement/index.ts';
import type { PersonState } from '../../../domain/person/state.ts';
import { officeName, personName } from '../names.ts';
import type { Look, PaperLayout } from '../paper.ts';
import type { Block, Sheet } from '../sheet.ts';
import { apart } from '../visualRuns.ts';
import { BLANK, dateInWords, placeName } from '../words.ts';

interface Traveller {
  readonly name: string;
  readonly documentNo: string;
  readonly seat: string;
}

/** What checkpoints are shown (domain.md §2.2): per traveller a name, a document number if there is one, a seat; nothing else. */
export interface Manifest {
  readonly date: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly focalOffice: string;
  readonly checkpoints: readonly string[];
  readonly vehicles: readonly { readonly kind: string; readonly travellers: readonly Traveller[] }[];
}

export const manifest = (of: Manifest): Sheet => ({
  title: 'قائمة المسافرين في القافلة',
  blocks: [
    {
      kind: 'fields',
      rows: [
        ['تاريخ الرحلة', of.date === undefined ? BLANK : dateInWords(of.date)],
        ['من', of.from],
        ['إلى', of.to],
        ['المكتب المسؤول', of.focalOffice],
        ['السيطرات المُشعرة', of.checkpoints.length > 0 ? of.checkpoints.join('، ') : BLANK],
        ['عدد المسافرين', String(of.vehicles.reduce((sum, one) => sum + one.travellers.length, 0))],
      ],
    },
    ...of.vehicles.flatMap(({ kind, travellers }, index): readonly Block[] => [
      { kind: 'heading', text: `المركبة ${index + 1} – ${kind}` },
      {
        kind: 'table',
        columns: [
          { title: 'المقعد', share: 1.2 },
          { title: 'الاسم', share: 6 },
          { title: 'رقم الوثيقة', share: 4 },
        ],
        rows: travellers.map((one) => [one.seat, one.name, one.documentNo]),
      },
    ]),
    { kind: 'text', text: 'تُتلف هذه القائمة بعد وصول القافلة.' },
    { kind: 'signatures', of: ['توقيع مسؤول القافلة والختم'] },
  ],
});

export const manifestLayout: PaperLayout = {
  tier: 'T2',
  compose: async ({ record }, look, process) => {
    const convoy = record.state as ConvoyState;
    const aboard = await Promise.all(convoy.households.map((one) => travellersOf(look, one.movement, one.vehicle)));
    return manifest({
      date: convoy.date,
      from: placeName(convoy.from),
      to: placeName(convoy.to),
      focalOffice: await officeName(look, convoy.focalOffice),
      checkpoints: convoy.checkpoints.map(placeName),
      vehicles: convoy.vehicles
        .filter((one) => one.seats > 0)
        .map(({ vehicle, kind }) => ({
          kind: process.labels.codes.kind?.[kind]?.ar ?? kind,
          travellers: aboard.filter((one) => one.vehicle === vehicle).flatMap((one) => one.travellers),
        })),
    });
  },
};

/** Who of a family has which seat; who stands in its movement for another convoy by now is on that one's manifest. */
async function travellersOf(look: Look, movement: string, vehicle: string) {
  const { manifest: place } = (await look('movement', movement)).state as MovementState;
  const seats = place?.vehicle === vehicle ? place.seats : [];
  const travellers = await Promise.all(
    seats.map(
      async ({ person, seat }): Promise<Traveller> => ({
        name: await personName(look, person),
        documentNo: await documentNo(look, person),
        seat: seat === undefined ? BLANK : String(seat),
      }),
    ),
  );
  return { vehicle, travellers };
}

/** The number of a paper that can be shown at a checkpoint. */
async function documentNo(look: Look, person: string): Promise<string> {
  const { documents } = (await look('person', person)).state as PersonState;
  const shown = documents.find((one) => one.usable && one.number !== undefined)?.number;
  return shown !== undefined && isOpen(shown) ? apart(shown) : BLANK;
}
