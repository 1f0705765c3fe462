/** What holds for the four processes of registration together: words, permissions, and what is never asked. */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { z } from 'zod';
import { POLICY } from '../../src/domain/access/policy/index.ts';
import { application } from '../../src/domain/application/index.ts';
import { duplicate } from '../../src/domain/duplicate/index.ts';
import { household } from '../../src/domain/household/index.ts';
import { registry } from '../../src/domain/index.ts';
import { wordFor, type wordsOf } from '../../src/domain/kernel/caseLabels.ts';
import { personalMark } from '../../src/domain/kernel/privacy.ts';
import { person } from '../../src/domain/person/index.ts';

const MINE = [person, application, household, duplicate];

interface Place {
  readonly field: string;
  readonly values: readonly string[];
}

/** Every field of a schema with the codes it may hold. */
function fieldsOf(schema: z.ZodType, field = ''): Place[] {
  const inner = personalMark(schema)?.inner;
  if (inner) return fieldsOf(inner, field);
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, child]) => [
      { field: key, values: [] },
      ...fieldsOf(child as z.ZodType, key),
    ]);
  if (schema instanceof z.ZodArray) return fieldsOf(schema.element as z.ZodType, field);
  if (schema instanceof z.ZodRecord) return fieldsOf(schema.valueType as z.ZodType, field);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return fieldsOf(schema.unwrap() as z.ZodType, field);
  if (schema instanceof z.ZodUnion || schema instanceof z.ZodDiscriminatedUnion)
    return schema.options.flatMap((option) => fieldsOf(option as z.ZodType, field));
  if (schema instanceof z.ZodEnum) return [{ field, values: schema.options.map(String) }];
  if (schema instanceof z.ZodLiteral) return [{ field, values: [...schema.values].filter((one) => typeof one === 'string') }];
  return [];
}

const schemasOf = (process: (typeof registry.all)[number]): readonly z.ZodType[] => [
  ...Object.values(process.events),
  ...Object.values(process.commands)
    .filter((one) => !one.kernel)
    .map((one) => one.input),
];

/** Words a field or code about belonging to an armed group, a creed or a loyalty would be made of. */
const FORBIDDEN =
  /affiliat|isil|isis|daesh|terror|extremis|radical|loyal|allegian|perceived|sect|creed|relig|ethnic|faith|suspect|داعش|انتماء|إرهاب|ولاء|طائفة|مذهب/i;
const wordsIn = (code: string): string[] => code.split(/[_.]|(?=[A-Z])/).map((one) => one.toLowerCase());
const isForbidden = (code: string): boolean =>
  wordsIn(code).some((word) => FORBIDDEN.test(word) && !/^(section|sector)s?$/.test(word));

t.test('nobody is ever asked, and nothing can hold, whom somebody is thought to belong to', async (t) => {
  for (const process of registry.all) {
    for (const place of schemasOf(process).flatMap((schema) => fieldsOf(schema))) {
      for (const code of [place.field, ...(process.name === 'staff' ? [] : place.values)]) {
        if (isForbidden(code)) t.fail(`${process.name}: ${code}`);
      }
    }
  }
  for (const code of ['perceivedAffiliation', 'isis_family', 'sect', 'loyaltyCheck', 'terrorism_case'])
    t.ok(isForbidden(code), `${code} would be seen`);
  t.notOk(isForbidden('sectors'));
});

t.test('everything a person reads has its words in English and Arabic', async (t) => {
  for (const process of MINE) {
    const missing: string[] = [];
    const said = (kind: Parameters<typeof wordsOf>[1], keys: readonly string[]) => {
      for (const key of keys) {
        const word = wordFor(process, kind, key);
        if (!/\w/.test(word?.en ?? '') || !/\p{Script=Arabic}/u.test(word?.ar ?? '')) missing.push(`${kind} ${key}`);
      }
    };
    said('states', process.statuses);
    said('commands', Object.keys(process.commands));
    said('events', Object.keys(process.events));
    const folder = `src/domain/${process.name}`;
    const code = readdirSync(folder)
      .map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
      .join('\n');
    const all = (pattern: RegExp) => [...new Set([...code.matchAll(pattern)].map((match) => match[1] ?? ''))];
    const refusals = all(/'([A-Z][A-Z_]{5,})'/g);
    t.ok(refusals.length > 5, `${process.name} refuses in ${refusals.length} ways`);
    said('refusals', refusals);
    said('waits', all(/key: [`']([a-zA-Z]+)[:'][^\n]*party/g));
    said('parties', all(/party: '([a-zA-Z]+)'/g));
    const places = schemasOf(process).flatMap((schema) => fieldsOf(schema));
    said(
      'fields',
      places.map((one) => one.field),
    );
    for (const { field, values } of places)
      for (const value of values) {
        const word = process.labels.codes[field]?.[value];
        if (!word || !/\p{Script=Arabic}/u.test(word.ar)) missing.push(`code ${field} ${value}`);
      }
    t.same([...new Set(missing)], [], process.name);
  }
});

t.test('every command is somebody’s to give, and nobody may both enter and decide by one post', async (t) => {
  const gives = (role: string, permission: string) => POLICY.some((row) => row.role === role && row.allow.includes(permission));
  for (const process of MINE) {
    for (const { permission, kernel } of Object.values(process.commands)) {
      if (!kernel && permission !== 'system')
        t.ok(
          POLICY.some((row) => row.allow.includes(permission)),
          permission,
        );
    }
  }
  for (const { role } of POLICY) t.notOk(gives(role, 'application:enter') && gives(role, 'application:decide'), role);
});
