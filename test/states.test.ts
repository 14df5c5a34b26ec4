import * as Ord from 'fp-ts/lib/Ord.js';
import { describe, expect, it } from 'vitest';
import * as States from '../src/states.js';
import { vectors } from './vectors.js';

const cases = vectors('states');
const casesOf = (op: string) => cases.filter((c) => c.op === op);

const sets: Readonly<Record<string, ReadonlySet<States.State>>> = {
  ALL_STATES: States.ALL_STATES,
  READY_STATES: States.READY_STATES,
  UNREADY_STATES: States.UNREADY_STATES,
  EXCEPTION_STATES: States.EXCEPTION_STATES,
  PROPAGATE_STATES: States.PROPAGATE_STATES,
};

describe('states', () => {
  it.each(casesOf('set'))('holds the members of Celery: $name', ({ set, members }) => {
    expect([...(sets[set] ?? [])].sort()).toEqual(members);
  });

  it.each(casesOf('precedence_table'))('ranks as Celery: $name', ({ order, none_precedence }) => {
    expect(States.PRECEDENCE).toEqual(order);
    expect(States.PRECEDENCE.indexOf(null)).toBe(none_precedence);
  });

  it.each(casesOf('state'))('tells what a state means: $name', (c) => {
    expect({
      precedence: States.precedence(c.state),
      ready: States.isReady(c.state),
      unready: States.UNREADY_STATES.has(c.state),
      exception: States.EXCEPTION_STATES.has(c.state),
      propagate: States.PROPAGATE_STATES.has(c.state),
      in_all: States.ALL_STATES.has(c.state),
    }).toEqual({
      precedence: c.precedence,
      ready: c.ready,
      unready: c.unready,
      exception: c.exception,
      propagate: c.propagate,
      in_all: c.in_all,
    });
  });

  it.each(casesOf('compare'))('compares as Celery: $name', ({ a, b, lt, le, gt, ge, eq }) => {
    expect({
      lt: Ord.lt(States.compareStates)(a, b),
      le: Ord.leq(States.compareStates)(a, b),
      gt: Ord.gt(States.compareStates)(a, b),
      ge: Ord.geq(States.compareStates)(a, b),
      // Celery's states are strings, and `==` compares them as strings.
      eq: a === b,
    }).toEqual({ lt, le, gt, ge, eq });
  });

  it.each(casesOf('precedence').filter((c) => typeof c.value !== 'string'))(
    'ranks what is no state among the unlisted: $name',
    ({ value, precedence }) => {
      expect(States.precedence(String(value))).toBe(precedence);
    },
  );

  it('calls states of one rank equal in the order, though they differ as strings', () => {
    expect(States.compareStates.equals('PROGRESS', 'IGNORED')).toBe(true);
  });
});
