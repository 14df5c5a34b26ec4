// The Node side of `chordis_client.py`: sends what it is told by `chordis/producer`.
import { isResultStoreError, operation, RedisBackend } from 'chordis';
import { Producer } from 'chordis/producer';
import { ResultTuple, Signature } from 'chordis/wire';
import * as E from 'fp-ts/lib/Either.js';
import { answerAll, settings } from './answer.mjs';

const { taskOptions, broker, ...options } = settings;

const logger = { warn: console.error, error: console.error };
const backend = new RedisBackend({ ...options, logger });

/**
 * What goes out, for Python's signals, until it is told.
 *
 * @type {Array<import('chordis/wire').Message>}
 */
const published = [];

const kombu = backend.producing.brokerAt(broker);

/** @type {import('chordis/producer').Broker} */
const noticed = {
  ...kombu,
  publish: (messages) => {
    published.push(...messages);
    return kombu.publish(messages);
  },
};

/**
 * As a user of TypeScript writes them.
 *
 * @param {Record<string, any>} wire by Celery's names
 */
const optionsOf = ({ stamped_headers: stamped, ...others }) => {
  /** @type {Record<string, unknown>} */
  const found = {};
  for (const [name, value] of Object.entries(others)) {
    const camelCase = name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
    if (!stamped?.includes(name)) found[camelCase] = value;
  }
  return {
    ...found,
    ...(stamped && {
      stamps: Object.fromEntries(stamped.map((/** @type {string} */ name) => [name, others[name]])),
    }),
  };
};

const producer = new Producer({
  backend,
  broker: noticed,
  taskRoutes: Object.fromEntries(
    Object.entries(taskOptions).map(([task, own]) => [task, optionsOf(own)]),
  ),
});

/** @param {unknown} error */
const isOfNothing = (error) =>
  isResultStoreError(error) && error._tag === 'InvalidArgument' && error.argument === 'canvas';

/** @param {{ asTuple: () => import('chordis/wire').ResultTuple }} result */
const answered = (result) => ({
  sent: ResultTuple.encode(result.asTuple()),
  published: published
    .splice(0)
    .map(({ body, headers, properties }) => ({ body: String(body), headers, properties })),
});

await answerAll({
  sendTask: async ({ task, args, kwargs, options }) => {
    const sent = producer.sendTask(task, args, kwargs, optionsOf(options));
    return answered(await operation.toPromise(sent));
  },
  /** Nothing for a chain of nothing, as in Celery. */
  apply: async ({ canvas, options }) => {
    const signature = Signature.decode(canvas);
    if (E.isLeft(signature)) throw new Error('no signature');
    const sent = await producer.apply(signature.right, optionsOf(options))();
    if (E.isRight(sent)) return answered(sent.right);
    if (isOfNothing(sent.left)) return null;
    throw sent.left;
  },
});
await operation.toPromise(producer.close());
kombu.close(() => {});
await operation.toPromise(backend.close());
