/**
 * The arguments of typed tasks in a canvas, checked by their codecs and as these encode them.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constTrue, pipe } from 'fp-ts/lib/function.js';
import { InvalidArgument, InvalidResult, type ResultStoreError } from '../errors/errors.js';
import { inPieces } from '../operation/inPieces.js';
import { chain, continueWith, map, type Run, settled } from '../operation/run.js';
import { type Codec, decodeWith } from '../result/codec.js';
import { dict } from '../wire/dict.js';
import { Signature } from '../wire/signature.js';
import { codecsIn, type Dict, type List } from './codecs.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Whether there is nothing to check: a call by name. */
export const isByName = (call: Signature): boolean =>
  call.subtaskType === null && codecsIn(call) === undefined && !hasLinks(call.options);

/** `isGiven`: a result goes in front of its arguments. */
export const checked = (canvas: Signature, isGiven = false): Run<Signature> => {
  const { options } = canvas;
  if (!hasLinks(options)) return checkedCanvas(canvas, isGiven);
  return pipe(
    checkedLinks(options),
    chain((links) => checkedCanvas({ ...canvas, options: links }, isGiven)),
  );
};

/** The callbacks and errbacks among options, which are given something, too. */
export const checkedLinks = (options: Signature['options']): Run<Signature['options']> => {
  if (!hasLinks(options)) return settled(E.right(options));
  return pipe(
    withChecked(options, 'link', constTrue),
    chain((links) => withChecked(links, 'link_error', constTrue)),
  );
};

const LINKS = ['link', 'link_error'] as const;

export const hasLinks = (options: Signature['options']): boolean =>
  LINKS.some((name) => options[name] !== undefined);

const checkedCanvas = (canvas: Signature, isGiven: boolean): Run<Signature> => {
  switch (canvas.subtaskType) {
    case 'group':
      return withMembers(canvas, 'tasks', () => isGiven);
    case 'chain':
      return withMembers(canvas, 'tasks', (i) => isGiven || i > 0);
    case 'chord':
      return pipe(
        withMembers(canvas, 'header', () => isGiven),
        chain((chord) => withMembers(chord, 'body', () => true)),
      );
    default:
      return checkedTask(canvas, isGiven && !canvas.immutable);
  }
};

/** So many at once, where a schema takes its time. */
const CHECKED = 1000;

const withMembers = (
  canvas: Signature,
  name: 'tasks' | 'header' | 'body',
  isGiven: (index: number) => boolean,
): Run<Signature> =>
  pipe(
    withChecked(canvas.kwargs, name, isGiven),
    map((kwargs) => ({ ...canvas, kwargs })),
  );

/** What is no signature is told by the planner. */
const withChecked = <A extends Dict>(
  holder: A,
  name: string,
  isGiven: (index: number) => boolean,
): Run<A> => {
  const held = holder[name];
  if (held === undefined) return settled(E.right(holder));
  const check = (member: unknown, i: number): Run<unknown> =>
    Signature.is(member) ? checked(member, isGiven(i)) : settled(E.right(member));
  return pipe(
    // a hole in it is a member that is none
    Array.isArray(held) ? inPieces(Array.from(held, check), CHECKED) : check(held, 0),
    map((members) => ({ ...holder, [name]: members })),
  );
};

const checkedTask = (call: Signature, isGiven: boolean): Run<Signature> => {
  const codecs = codecsIn(call);
  if (codecs === undefined) return settled(E.right(call));
  const { task } = call;
  return pipe(
    isGiven
      ? withoutFirst(codecs.args, task, call.args)
      : whole(codecs.args, 'args', task, call.args),
    chain((args) =>
      pipe(
        whole(codecs.kwargs, 'kwargs', task, call.kwargs),
        map((kwargs) => ({ ...call, args, kwargs })),
      ),
    ),
  );
};

// -------------------------------------------------------------------------------------
// one value
// -------------------------------------------------------------------------------------

const whole = <A extends List | Dict>(
  codec: Codec<A> | undefined,
  argument: 'args' | 'kwargs',
  task: string,
  given: A,
): Run<A> => {
  const encoded = encodedBy(codec, given);
  return continueWith(decodeWith(codec)(task, encoded), (decoded) => {
    if (E.isLeft(decoded)) return settled(E.left(refusal(decoded.left, argument, task)));
    const sent = encodes(codec) ? encoded : decoded.right;
    return settled(isOfKind(argument, sent) ? E.right(sent) : E.left(misfit(argument, task)));
  });
};

/** The first one is not known yet: that it is missing is all that the codec may say. */
const withoutFirst = (codec: Codec<List> | undefined, task: string, given: List): Run<List> => {
  const encoded = encodedBy(codec, [undefined, ...given]);
  return continueWith(decodeWith(codec)(task, encoded), (decoded) => {
    if (E.isLeft(decoded) && !isOfFirst(decoded.left)) {
      return settled(E.left(refusal(decoded.left, 'args', task)));
    }
    return settled(
      isOfKind('args', encoded) ? E.right(encoded.slice(1)) : E.left(misfit('args', task)),
    );
  });
};

/** A codec gives what it likes. */
const isOfKind = (argument: 'args' | 'kwargs', given: unknown): boolean =>
  argument === 'args' ? Array.isArray(given) : dict.is(given);

const misfit = (argument: 'args' | 'kwargs', task: string): InvalidArgument => {
  const kind = argument === 'args' ? 'a list' : 'an object';
  return new InvalidArgument(argument, `of ${task}: their codec gives what is not ${kind}.`);
};

const isOfFirst = (error: ResultStoreError): boolean =>
  error instanceof InvalidResult &&
  error.issues.length > 0 &&
  error.issues.every((issue) => {
    const [first] = 'context' in issue ? issue.context.slice(1) : (issue.path ?? []);
    return String(typeof first === 'object' ? first.key : first) === '0';
  });

const refusal = (error: ResultStoreError, argument: string, task: string): InvalidArgument =>
  new InvalidArgument(
    argument,
    error instanceof InvalidResult
      ? `of ${task}: ${error.problem}`
      : `of ${task}: their codec failed: ${error.message}`,
  );

const encodes = <A>(
  codec: Codec<A> | undefined,
): codec is Codec<A> & { readonly encode: (a: A) => A } =>
  typeof codec === 'object' &&
  codec !== null &&
  'encode' in codec &&
  typeof codec.encode === 'function';

/** What can't be encoded is refused by the decoder. */
const encodedBy = <A>(codec: Codec<A> | undefined, given: A): A => {
  if (!encodes(codec)) return given;
  try {
    return codec.encode(given);
  } catch {
    return given;
  }
};
