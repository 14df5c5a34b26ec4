import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote, unquote } from '../../src/config/uriComponent.js';

describe('quote', () => {
  it('is undone by unquote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(unquote(quote(text))).toBe(text);
      }),
    );
  });

  it("leaves what Python's quote leaves, and no more", () => {
    expect(quote("azAZ09_.-~!*'()+/: é")).toBe('azAZ09_.-~%21%2A%27%28%29%2B%2F%3A%20%C3%A9');
  });
});

describe('unquote', () => {
  it('keeps a stray % and replaces bytes that are not UTF-8, as Python does', () => {
    expect(unquote('100%, %zz, %41%')).toBe('100%, %zz, A%');
    expect(unquote('%ff')).toBe('\ufffd');
  });
});
