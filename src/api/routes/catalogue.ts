import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ROLE_LABELS } from '../../domain/access/labels.ts';
import { wordFor, wordsOf } from '../../domain/kernel/caseLabels.ts';
import type { Channel } from '../../domain/kernel/envelope.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { GLOSSARY, type Label, pickLanguage } from '../../domain/kernel/labels.ts';
import type { Command, Process } from '../../domain/kernel/process.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import { type Level, PLACES } from '../../domain/places/pcodes.ts';
import { LabelView } from '../answers.ts';
import { stateDiagram } from '../diagram.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import type { ApiParts } from '../parts.ts';
import { commandsOf, type Derived, hasRoutes } from '../paths.ts';

const Labels = z.record(z.string(), LabelView);
const CommandView = z.object({
  name: z.string(),
  label: LabelView.optional(),
  path: z.string(),
  from: z.array(z.string()).meta({ description: 'States it may be given in; `new` opens a case' }),
  to: z.array(z.string()),
  permission: z.string(),
  effect: z.string().optional(),
  kernel: z.boolean(),
  input: z.unknown().meta({ description: 'JSON Schema of the input' }),
});
const ProcessView = z.object({
  name: z.string(),
  plural: z.string(),
  label: LabelView,
  pluralLabel: LabelView,
  tier: z.string(),
  initial: z.string(),
  states: Labels,
  ends: z.array(z.string()),
  commands: z.array(CommandView),
  events: Labels,
  waits: Labels,
  parties: Labels,
  fields: Labels,
  refusals: Labels,
  codes: z.record(z.string(), Labels),
  clocks: z.array(z.object({ key: z.string(), rule: z.string(), default: z.unknown(), source: z.string() })),
  diagram: z.string().meta({ description: 'Mermaid state diagram' }),
});

const NameParam = z.object({ name: z.string().max(60) });
const PlacesQuery = z.strictObject({
  level: z.enum(['1', '2', '3']).optional().meta({ description: '1 governorate, 2 district, 3 sub-district' }),
  parent: z.string().max(20).optional().meta({ description: 'P-code of the place they lie in' }),
});
const PlaceView = z.object({ pcode: z.string(), level: z.int(), parent: z.string().optional(), label: LabelView });

/** Everything a front end needs to be built from the API alone: processes, their words and schemas, code lists, places. */
export async function catalogueRoutes(app: FastifyInstance, { registry }: ApiParts): Promise<void> {
  const shown = registry.all.filter(hasRoutes);
  const views = new Map<string, ReturnType<typeof viewOf>>();
  // Built once each: nothing in it depends on who asks. Labels come in every language.
  const shownAs = (process: Process) => {
    const view = views.get(process.name) ?? viewOf(process);
    views.set(process.name, view);
    return view;
  };
  const named = (name: string): Process => {
    const process = shown.find((one) => one.name === name);
    if (!process) throw new Refused('PROCESS_UNKNOWN', { process: name });
    return process;
  };
  const lists = codeListsOf(registry);
  const tags = ['catalogue'];

  app.get(
    '/v1/processes',
    {
      schema: {
        operationId: 'processesList',
        tags,
        summary: 'Every process: states, commands with JSON Schemas, words',
        response: { 200: jsonSchemaOf(z.object({ items: z.array(ProcessView) }), 'output') },
      },
    },
    async () => ({ items: shown.map(shownAs) }),
  );

  app.get<{ Params: z.output<typeof NameParam> }>(
    '/v1/processes/:name',
    {
      schema: {
        operationId: 'processesGet',
        tags,
        summary: 'One process',
        params: NameParam,
        response: { 200: jsonSchemaOf(ProcessView, 'output') },
      },
    },
    async (request) => shownAs(named(request.params.name)),
  );

  app.get<{ Params: z.output<typeof NameParam> }>(
    '/v1/processes/:name/diagram',
    {
      schema: {
        operationId: 'processesDiagram',
        tags,
        summary: 'The states of a process as a Mermaid diagram, in the language asked for',
        params: NameParam,
        produces: ['text/vnd.mermaid'],
        response: { 200: { type: 'string', description: 'Mermaid' } },
      },
    },
    async (request, reply) => {
      const process = named(request.params.name);
      const lang = pickLanguage(request.headers['accept-language']);
      reply.type('text/vnd.mermaid; charset=utf-8').header('content-language', lang);
      return stateDiagram(process, lang);
    },
  );

  app.get(
    '/v1/code-lists',
    {
      schema: {
        operationId: 'codeListsGet',
        tags,
        summary: 'Code lists with their words',
        response: { 200: jsonSchemaOf(z.object({ lists: z.record(z.string(), Labels) }), 'output') },
      },
    },
    async () => ({ lists }),
  );

  app.get<{ Querystring: z.output<typeof PlacesQuery> }>(
    '/v1/code-lists/places',
    {
      schema: {
        operationId: 'placesList',
        tags,
        summary: 'Governorates, districts and sub-districts by P-code',
        querystring: PlacesQuery,
        response: { 200: jsonSchemaOf(z.object({ items: z.array(PlaceView) }), 'output') },
      },
    },
    async ({ query }) => ({
      items: placesOf(query.level === undefined ? undefined : (Number(query.level) as Level), query.parent),
    }),
  );
}

function viewOf(process: Process) {
  const { labels } = process;
  return {
    name: process.name,
    plural: process.plural,
    label: labels.name,
    pluralLabel: labels.plural,
    tier: process.tier,
    initial: process.initial.status,
    states: wordsOf(process, 'states'),
    ends: process.ends,
    commands: commandsOf(process).map((derived) => commandView(process, derived)),
    events: wordsOf(process, 'events'),
    waits: wordsOf(process, 'waits'),
    parties: wordsOf(process, 'parties'),
    fields: wordsOf(process, 'fields'),
    refusals: wordsOf(process, 'refusals'),
    codes: labels.codes,
    clocks: Object.entries(process.clocks ?? {}).map(([key, rule]) => ({
      key,
      rule: rule.key,
      default: rule.default,
      source: rule.source,
    })),
    diagram: stateDiagram(process, 'en'),
  };
}

function commandView(process: Process, { command, path }: Derived) {
  return {
    name: command.name,
    label: wordFor(process, 'commands', command.name),
    path: path.replace(':id', '{id}'),
    from: statesOf(process, command),
    to: command.to,
    permission: command.permission,
    effect: command.effect,
    kernel: command.kernel === true,
    input: jsonSchemaOf(command.input, 'input'),
  };
}

function statesOf(process: Process, { from }: Command): readonly string[] {
  if (from === 'new') return ['new'];
  if (from !== 'open') return from;
  return process.statuses.filter((status) => status !== process.initial.status && !process.ends.includes(status));
}

const CHANNELS: Readonly<Record<Channel, Label>> = {
  in_person: { en: 'In person', ar: 'حضوريًا' },
  phone: { en: 'By phone', ar: 'هاتفيًا' },
  paper_backlog: { en: 'From paper files', ar: 'من الأضابير الورقية' },
  partner_feed: { en: 'From a partner', ar: 'من جهة شريكة' },
  online: { en: 'Online', ar: 'عبر الإنترنت' },
  mobile_team: { en: 'Mobile team', ar: 'فريق جوال' },
  system: { en: 'By the system', ar: 'من النظام' },
};

/** The lists of every process, `<process>.<list>`, with those all share: roles, channels, terms of the field. */
function codeListsOf(registry: Registry): Readonly<Record<string, Readonly<Record<string, Label>>>> {
  const own = registry.all.flatMap((process) =>
    Object.entries(process.labels.codes).map(([name, list]) => [`${process.name}.${name}`, list] as const),
  );
  return { role: ROLE_LABELS, channel: CHANNELS, glossary: GLOSSARY, ...Object.fromEntries(own) };
}

function placesOf(level: Level | undefined, parent: string | undefined) {
  return PLACES.filter(
    (one) => (level === undefined || one.level === level) && (parent === undefined || one.parent === parent),
  ).map(({ pcode, level, parent, ...label }) => ({ pcode, level, parent, label }));
}
