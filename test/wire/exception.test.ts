import { describe, expect, it } from 'vitest';
import { isTaskException, pythonException } from '../../src/wire/exception.js';
import { oddest } from './oddValues.js';

describe('pythonException', () => {
  it('is of the module builtins, unless another is given', () => {
    expect(pythonException('KeyError', ['k']).excModule).toBe('builtins');
    expect(pythonException('Refused', [], 'proj.errors').excModule).toBe('proj.errors');
    expect(pythonException('Refused', [], null).excModule).toBeNull();
  });

  it('is printed as Python does, by the last part of its name', () => {
    expect(pythonException('ValueError', ['bad input', 7]).repr).toBe("ValueError('bad input', 7)");
    expect(pythonException('Outer.Inner', []).repr).toBe('Inner()');
    expect(pythonException('NotRegistered', ['proj.add'], 'celery.exceptions').repr).toBe(
      "Task of kind 'proj.add' never registered, please make sure it's imported.",
    );
  });
});

describe('isTaskException', () => {
  it('goes by the shape', () => {
    expect(isTaskException({ ...pythonException('E', [1]), more: 1 })).toBe(true);
    expect(isTaskException({ excType: 'E', excModule: null, args: [] })).toBe(false);
  });

  it.each(oddest)('looks at anything without throwing: %s', (name, value) => {
    expect(isTaskException(value)).toBe(name === 'an exception');
  });
});
