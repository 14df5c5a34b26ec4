import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, it } from 'vitest';
import { json } from '../../src/serialization/json.js';
import { Signature, signature } from '../../src/wire/signature.js';
import { vectors } from '../vectors.js';

const recorded = vectors('messages').flatMap((c) =>
  [c.signature_json, c.chord_in_header_message]
    .filter((text) => typeof text === 'string')
    .map((text, i) => ({ name: `${c.name} #${i}`, text })),
);

describe('Signature', () => {
  it.each(recorded)('is written back byte for byte: $name', ({ text }) => {
    const again = pipe(
      json.decode(Buffer.from(text)),
      E.chainW(Signature.decode),
      E.chainW((call) => json.encode(Signature.encode(call))),
    );
    expect(again).toEqual(E.right(text));
  });

  it('needs a name only', () => {
    expect(Signature.decode({ task: 't' })).toEqual(E.right(signature('t')));
    expect(Signature.decode({ args: [] })).toHaveProperty('left');
    expect(Signature.decode({ task: 't', args: 'x' })).toHaveProperty('left');
  });

  it('keeps members it does not know', () => {
    const wire = { ...Signature.encode(signature('t', [1])), chord_size: 3 };
    expect(pipe(Signature.decode(wire), E.map(Signature.encode))).toEqual(E.right(wire));
  });
});
