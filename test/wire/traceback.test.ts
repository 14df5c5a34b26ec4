import { describe, expect, it } from 'vitest';
import { TaskFailed } from '../../src/errors/errors.js';
import { pythonException } from '../../src/wire/exception.js';
import { tracebackOf, withTraceback } from '../../src/wire/traceback.js';
import { oddest, secretive } from './oddValues.js';

describe('tracebackOf', () => {
  it('is the stack of an error', () => {
    const error = new RangeError('too far');
    expect(tracebackOf(error)).toBe(error.stack);
    expect(tracebackOf(error)).toMatch(/^RangeError: too far\n {4}at .*traceback\.test\.ts/);
  });

  it('goes on with the causes, and with the errors that one stands for', () => {
    const root = new TypeError('root');
    const error = new Error('outer', { cause: new Error('middle', { cause: root }) });
    expect(tracebackOf(error)).toMatch(
      /^Error: outer\n[\s\S]*\ncaused by Error: middle\n[\s\S]*\ncaused by TypeError: root\n {4}at /,
    );
    const several = new AggregateError([new Error('one'), 'two'], 'both');
    expect(tracebackOf(several)).toMatch(
      /^AggregateError: both\n[\s\S]*\n\[Error: one\n[\s\S]*, two\]$/,
    );
  });

  it('is that of the task, for a failure of another task', () => {
    const failed = new TaskFailed('a', 'FAILURE', pythonException('E', []), 'Traceback …');
    expect(tracebackOf(failed)).toBe('Traceback …');
  });

  it('is null for what has no stack', () => {
    for (const thrown of ['text', null, undefined, pythonException('E', []), { stack: 'x' }]) {
      expect(tracebackOf(thrown)).toBeNull();
    }
    expect(tracebackOf(Object.assign(new Error('x'), { stack: undefined }))).toBeNull();
  });

  it('ends somewhere', () => {
    const endless = Object.assign(new Error('x'), { stack: 'at f\n'.repeat(1e6) });
    expect(tracebackOf(endless)?.length).toBeLessThan(70_000);
    const cycle = new Error('cycle');
    cycle.cause = cycle;
    expect(tracebackOf(cycle)).toBe(cycle.stack);
  });

  it.each([...oddest, ['a secretive error', secretive(new Error('x'))] as const])(
    'does not throw: %s',
    (_, thrown) => {
      expect(tracebackOf(thrown)).toBeNull();
      const error = new Error('x', { cause: thrown });
      expect(tracebackOf(error)).toSatisfy((text) => text === null || typeof text === 'string');
    },
  );
});

describe('withTraceback', () => {
  const error = new Error('x');

  it('leaves one that is given, also null', () => {
    for (const traceback of ['Traceback …', null]) {
      const options = { traceback };
      expect(withTraceback(error, options)).toBe(options);
    }
  });

  it('adds that of the error to what else is given', () => {
    expect(withTraceback(error, undefined)).toEqual({ traceback: error.stack });
    const options: { readonly traceback?: string; readonly state: string } = { state: 'FAILURE' };
    expect(withTraceback(error, options)).toEqual({ state: 'FAILURE', traceback: error.stack });
  });
});
