/**
 * From a task's message to what its worker knows of it.
 * Source: `Request` in `celery/worker/request.py`, `Context` in `celery/app/task.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type ContentDisallowed, DecodeError } from '../errors/errors.js';
import { decompressed } from '../serialization/compressed.js';
import type { Compression } from '../serialization/compression.js';
import { compressions } from '../serialization/compressions.js';
import type { Registry } from '../serialization/registry.js';
import { total } from '../serialization/serializer.js';
import { Uuid } from '../serialization/values.js';
import type { Message } from './message.js';
import type { MessageHeaders } from './messageHeaders.js';
import type { MessageProperties } from './messageProperties.js';
import type { TaskRequest } from './request.js';
import { TaskBody, type WireTaskBody } from './taskBody.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** How a body that is compressed may be read. */
interface BodyOptions {
  /** Codecs of your own. */
  readonly compressions?: ReadonlyArray<Compression>;
  /** The most bytes that a body may have once decompressed; default 512 MB. */
  readonly maxDecompressedBytes?: number;
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * The request that a mark or `storeResult` wants, out of the message that has the task run:
 * its arguments, its place in a group, chain or chord, and what else is stored of it. What
 * `serializers` may not read is a `ContentDisallowed`; a message of protocol 1, or of no task,
 * is a `DecodeError`. The worker itself adds its name, as `hostname`.
 *
 * A body that is compressed, by Celery's `task_compression`, is read where there is a codec
 * for it.
 *
 * @example
 * import { json, registry } from 'chordis'
 * import { decodeMessage, requestOf } from 'chordis/wire'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { pipe } from 'fp-ts/lib/function.js'
 *
 * // as `BRPOP celery` gives it
 * const bytes = Buffer.from(JSON.stringify({
 *   body: Buffer.from('[[2, 3], {}, {"chain": null}]').toString('base64'),
 *   'content-type': 'application/json',
 *   'content-encoding': 'utf-8',
 *   headers: { task: 'proj.add', id: '4f1b', retries: 0, ignore_result: null },
 *   properties: {
 *     body_encoding: 'base64',
 *     delivery_tag: '19b4',
 *     delivery_info: { exchange: '', routing_key: 'celery' },
 *   },
 * }))
 * const request = pipe(
 *   decodeMessage('celery', bytes),
 *   E.chainW(requestOf(registry([json], ['json']))),
 * )
 * if (E.isRight(request)) console.log(request.right.task, request.right.args)
 * // => proj.add [ 2, 3 ]
 *
 * @category conversions
 * @since 0.1.0
 */
export const requestOf = (
  serializers: Registry,
  { compressions: own = [], maxDecompressedBytes = 2 ** 29 }: BodyOptions = {},
) => {
  const plain = decompressed(compressions(own), maxDecompressedBytes);
  return (message: Message): E.Either<ContentDisallowed | DecodeError, TaskRequest> => {
    const { body, contentType, headers, properties } = message;
    const refused = (problem: string): DecodeError =>
      new DecodeError(properties.delivery_info.routing_key, body, problem);
    const { compression, task } = headers;
    const id = textOf(headers.id);
    if (task === undefined || id === null) {
      return E.left(refused('no task message of protocol 2: its headers have no task or no id'));
    }
    return pipe(
      serializers.toRead(contentType),
      E.chainW((serializer) =>
        pipe(
          compression === undefined ? E.right(body) : plain(compression, body),
          E.chain(total(serializer).decode),
          E.chain(wireBodyOf),
          E.mapLeft(refused),
        ),
      ),
      E.map((wire) => ({
        id,
        task,
        ...ofBody(wire),
        ...ofHeaders(headers),
        ...ofProperties(properties),
      })),
    );
  };
};

/** Its signatures stay as the wire has them: a worker sends them on. */
const wireBodyOf = (value: unknown): E.Either<string, WireTaskBody> =>
  pipe(
    TaskBody.decode(value),
    E.bimap(
      () => 'no body of a task: not a list of arguments, keyword arguments and what follows',
      TaskBody.encode,
    ),
  );

const ofBody = ([args, kwargs, { callbacks, errbacks, chain, chord }]: WireTaskBody) => ({
  args,
  kwargs,
  callbacks,
  errbacks,
  chain,
  chord,
});

const ofHeaders = (headers: MessageHeaders) => ({
  retries: headers.retries ?? 0,
  rootId: textOf(headers.root_id),
  parentId: textOf(headers.parent_id),
  group: textOf(headers.group),
  groupIndex: headers.group_index ?? null,
  ignoreResult: headers.ignore_result ?? null,
  stampedHeaders: headers.stamped_headers ?? null,
  stamps: headers.stamps ?? null,
});

const ofProperties = ({ delivery_info: { routing_key: routingKey } }: MessageProperties) => ({
  deliveryInfo: { routingKey },
});

const textOf = (id: string | Uuid | null | undefined): string | null =>
  id instanceof Uuid ? id.text : id || null;
