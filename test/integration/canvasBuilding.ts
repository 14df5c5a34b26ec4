/** Canvases made by the constructors of `chordis/producer`, from what Celery's made. */
import {
  chain,
  chord,
  group,
  immutable,
  type Signature,
  signature,
  type TaskOptions,
} from '../../src/producer/index.js';
import type { WireSignature } from '../../src/wire/signature.js';

/** What users of the constructors can't say, such as where a frozen canvas stands. */
class NotMade extends Error {}

/** Undefined for what the constructors don't make. */
export const builtCanvas = (wire: unknown): Signature | undefined => {
  try {
    return built(wire as WireSignature);
  } catch (thrown) {
    if (thrown instanceof NotMade) return undefined;
    throw thrown;
  }
};

const built = (wire: WireSignature): Signature => {
  const made = madeOf(wire);
  return wire.immutable ? immutable(made) : made;
};

const madeOf = ({
  task,
  args,
  kwargs,
  options: wireOptions,
  subtask_type,
}: WireSignature): Signature => {
  const options = optionsOf(wireOptions);
  if (subtask_type === null) return signature(task, args, kwargs, options);
  const { tasks, header, body, kwargs: own = {}, ...beside } = kwargs;
  const isPlain = [own as object, beside].every((dict) => Object.keys(dict).length === 0);
  if (args.length > 0 || !isPlain) throw new NotMade();
  switch (subtask_type) {
    case 'group':
      return group(members(tasks), options);
    case 'chain':
      return chain<ReadonlyArray<Signature>>(members(tasks), options);
    default:
      return chord(members(header), built(body as WireSignature), options);
  }
};

const members = (u: unknown): ReadonlyArray<Signature> => {
  if (!Array.isArray(u)) throw new NotMade();
  return u.map(built);
};

const optionsOf = ({
  stamped_headers: stamped = [],
  ...options
}: WireSignature['options']): TaskOptions => {
  const names = stamped as ReadonlyArray<string>;
  if ('chord' in options || 'chain' in options || names.some((name) => !(name in options))) {
    throw new NotMade();
  }
  const own = Object.entries(options).filter(([name]) => !names.includes(name));
  return {
    ...Object.fromEntries(own.map(([name, value]) => [camelCase(name), optionOf(name, value)])),
    ...(names.length > 0 && {
      stamps: Object.fromEntries(names.map((name) => [name, options[name]])),
    }),
  };
};

const optionOf = (name: string, value: unknown): unknown =>
  name === 'link' || name === 'link_error' ? members(value) : value;

const camelCase = (name: string): string =>
  name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
