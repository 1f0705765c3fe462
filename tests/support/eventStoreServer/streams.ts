import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import * as grpc from '@grpc/grpc-js';
import type { Ended, Faults } from '../eventStoreServer.ts';
import { type EventStoreData, type Expected, indexAfter, type Proposed, type Recorded } from './data.ts';

type ReadCall = grpc.ServerWritableStream<streams.ReadReq, streams.ReadResp>;
type AppendCall = grpc.ServerReadableStream<streams.AppendReq, streams.AppendResp>;

export interface Parts {
  readonly data: EventStoreData;
  readonly faults: Faults;
  readonly subscriptions: Set<Ended>;
  readonly served: { events: number };
  readonly cutConnections: () => void;
  readonly port: () => number;
}

const MAX_APPEND_SIZE = 1024 * 1024;
const unsupported = { code: grpc.status.UNIMPLEMENTED, details: 'this server is for tests' };

export function streamsHandlers(parts: Parts): IStreamsServer {
  return {
    append: (call, answer) => append(parts, call, answer),
    read: (call) => read(parts, call),
    batchAppend: (call) => call.emit('error', unsupported),
    delete: (_, answer) => answer(unsupported),
    tombstone: (_, answer) => answer(unsupported),
  };
}

// ── append ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

function append({ data, faults, cutConnections, port }: Parts, call: AppendCall, answer: grpc.sendUnaryData<streams.AppendResp>) {
  let options: streams.AppendReq.Options | undefined;
  const events: Proposed[] = [];
  call.on('error', () => {});
  call.on('data', (request: streams.AppendReq) => {
    options = request.getOptions() ?? options;
    const message = request.getProposedMessage();
    if (message) events.push(toProposed(message));
  });
  call.on('end', () => {
    // The connection broke before all was said.
    if (call.cancelled || (options && events.length === 0)) return;
    if (options === undefined) return answer({ code: grpc.status.INVALID_ARGUMENT, details: 'no options' });
    if (faults.notLeader > 0) {
      faults.notLeader -= 1;
      return answer(notLeader(faults.leaderPort ?? port()));
    }
    if (events.reduce((sum, event) => sum + event.data.byteLength, 0) > MAX_APPEND_SIZE) {
      const exception = { exception: 'maximum-append-size-exceeded', 'maximum-append-size': String(MAX_APPEND_SIZE) };
      return answer(failure(grpc.status.INVALID_ARGUMENT, 'too large', exception));
    }
    const name = Buffer.from(options.getStreamIdentifier()!.getStreamName_asU8()).toString('utf8');
    const response = appended(data, name, expectedOf(options), events, faults);
    if (faults.dropAfterCommit > 0) {
      faults.dropAfterCommit -= 1;
      return cutConnections();
    }
    answer(null, response);
  });
}

function toProposed(message: streams.AppendReq.ProposedMessage): Proposed {
  return {
    id: message.getId()!.getString(),
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function expectedOf(options: streams.AppendReq.Options): Expected {
  if (options.hasNoStream()) return 'none';
  if (options.hasStreamExists()) return 'exists';
  return options.hasAny() ? 'any' : Number(options.getRevision());
}

function appended(
  data: EventStoreData,
  name: string,
  expected: Expected,
  events: readonly Proposed[],
  { repeatsHavePosition }: Faults,
): streams.AppendResp {
  const outcome = data.append(name, expected, events);
  const response = new streams.AppendResp();
  if (outcome.kind === 'wrong') {
    const wrong = new streams.AppendResp.WrongExpectedVersion();
    if (outcome.current === 'none') wrong.setCurrentNoStream(new shared.Empty());
    else wrong.setCurrentRevision(String(outcome.current));
    if (expected === 'none') wrong.setExpectedNoStream(new shared.Empty());
    else if (typeof expected === 'number') wrong.setExpectedRevision(String(expected));
    return response.setWrongExpectedVersion(wrong);
  }
  const success = new streams.AppendResp.Success();
  success.setCurrentRevision(String(outcome.last.revision));
  if (outcome.kind === 'repeated' && !repeatsHavePosition) success.setNoPosition(new shared.Empty());
  else {
    // As the real one: the commit position twice, whatever the prepare position of the last event.
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(outcome.last.commit));
    position.setPreparePosition(String(outcome.last.commit));
    success.setPosition(position);
  }
  return response.setSuccess(success);
}

function failure(code: grpc.status, details: string, fields: Record<string, string>) {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(fields)) metadata.set(name, value);
  return { code, details, metadata };
}

const notLeader = (port: number) =>
  failure(grpc.status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': '127.0.0.1',
    'leader-endpoint-port': String(port),
  });

// ── read and subscribe ──────────────────────────────────────────────────────────────────────────────────────────────────────

function read(parts: Parts, call: ReadCall): void {
  call.on('error', () => {});
  const options = call.request.getOptions()!;
  if (options.hasSubscription()) subscribe(parts, call, options);
  else answerRead(parts, call, options);
}

function answerRead(parts: Parts, call: ReadCall, options: streams.ReadReq.Options): void {
  const all = options.getAll();
  if (parts.faults.readsStalled > 0) {
    parts.faults.readsStalled -= 1;
    return;
  }
  if (!all && parts.faults.readsRefused > 0) {
    parts.faults.readsRefused -= 1;
    call.emit('error', { code: grpc.status.UNAVAILABLE, details: 'No connection established. Last error: ECONNREFUSED' });
    return;
  }
  const found = all ? readAll(parts, all, options) : readStream(parts.data, options);
  if (found === undefined) {
    const identifier = options.getStream()!.getStreamIdentifier();
    const notFound = new streams.ReadResp.StreamNotFound();
    notFound.setStreamIdentifier(identifier);
    call.write(new streams.ReadResp().setStreamNotFound(notFound));
  }
  const { readsEndAfter } = parts.faults;
  const events = (found ?? []).slice(0, Math.min(Number(options.getCount()), readsEndAfter ?? Number.POSITIVE_INFINITY));
  parts.served.events += events.length;
  for (const event of events) call.write(eventResponse(event));
  call.end();
}

function isBackwards(options: streams.ReadReq.Options): boolean {
  return options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
}

function readStream(data: EventStoreData, options: streams.ReadReq.Options): readonly Recorded[] | undefined {
  const stream = options.getStream()!;
  const history = data.stream(Buffer.from(stream.getStreamIdentifier()!.getStreamName_asU8()).toString('utf8'));
  if (history === undefined) return undefined;
  const from = stream.hasStart() ? 0 : stream.hasEnd() ? history.length - 1 : Number(stream.getRevision());
  return isBackwards(options) ? history.slice(0, from + 1).reverse() : history.slice(from);
}

function readAll(
  { data, faults }: Parts,
  all: streams.ReadReq.Options.AllOptions,
  options: streams.ReadReq.Options,
): readonly Recorded[] {
  const there = data.all.slice(0, data.all.length - faults.eventsBehind);
  const at = Math.min(indexOf(data, all, true), there.length);
  const count = Number(options.getCount());
  return isBackwards(options) ? there.slice(Math.max(0, at - count), at).reverse() : there.slice(at, at + count);
}

function indexOf(data: EventStoreData, all: streams.ReadReq.Options.AllOptions, inclusive: boolean): number {
  const position = all.getPosition();
  if (position === undefined) return all.hasEnd() ? data.all.length : 0;
  return indexAfter(data.all, BigInt(position.getCommitPosition()), BigInt(position.getPreparePosition()), inclusive);
}

function subscribe({ data, subscriptions }: Parts, call: ReadCall, options: streams.ReadReq.Options): void {
  const filter = options.getFilter();
  const expression = filter?.getStreamIdentifier() ?? filter?.getEventType();
  const regex = expression?.getRegex() ? new RegExp(expression.getRegex()) : undefined;
  const prefixes = expression?.getPrefixList() ?? [];
  const matches = ({ stream, type }: Recorded) => {
    const subject = filter?.hasEventType() ? type : stream;
    return regex?.test(subject) ?? (prefixes.length === 0 || prefixes.some((prefix) => subject.startsWith(prefix)));
  };
  const checkpointEvery = Math.max(1, filter?.getCheckpointintervalmultiplier() ?? 1) * 32;
  let next = indexOf(data, options.getAll()!, false);
  const deliver = () => {
    for (; next < data.all.length; next += 1) {
      const event = data.all[next]!;
      if (matches(event)) call.write(eventResponse(event));
      if (filter !== undefined && next % checkpointEvery === 0) call.write(checkpointResponse(event));
    }
  };
  const confirmation = new streams.ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(randomUUID());
  call.write(new streams.ReadResp().setConfirmation(confirmation));
  const subscription = {
    end() {
      subscriptions.delete(subscription);
      data.written.off('events', deliver);
      call.end();
    },
  };
  subscriptions.add(subscription);
  data.written.on('events', deliver);
  call.on('cancelled', subscription.end);
  deliver();
}

function eventResponse(event: Recorded): streams.ReadResp {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(new shared.UUID().setString(event.id));
  recorded.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(event.stream).toString('base64')));
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.commit));
  recorded.setPreparePosition(String(event.prepare));
  recorded.getMetadataMap().set('type', event.type).set('content-type', event.contentType).set('created', String(event.created));
  recorded.setData(event.data);
  recorded.setCustomMetadata(event.metadata);
  const readEvent = new streams.ReadResp.ReadEvent();
  readEvent.setEvent(recorded);
  readEvent.setCommitPosition(String(event.commit));
  return new streams.ReadResp().setEvent(readEvent);
}

function checkpointResponse({ commit, prepare }: Recorded): streams.ReadResp {
  const checkpoint = new streams.ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(commit));
  checkpoint.setPreparePosition(String(prepare));
  return new streams.ReadResp().setCheckpoint(checkpoint);
}
