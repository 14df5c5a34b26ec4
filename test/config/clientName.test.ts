import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isClientName } from '../../src/config/clientName.js';

describe('isClientName', () => {
  it('takes what CLIENT SETNAME takes: from ! to ~', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const taken = [...Buffer.from(name)].every((byte) => byte >= 0x21 && byte <= 0x7e);
        expect(isClientName(name)).toBe(taken);
      }),
    );
    expect(['', 'orders-service', 'orders service', 'ü', 'a\n', '\0'].map(isClientName)).toEqual([
      ...[true, true],
      ...[false, false, false, false],
    ]);
  });
});
