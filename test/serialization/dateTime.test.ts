import fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { DateTime } from '../../src/serialization/dateTime.js';

describe('DateTime', () => {
  it.each([
    ['2024-05-06T07:08:09.123456+00:00', '2024-05-06T07:08:09.123Z', 123456],
    ['2024-05-06T07:08:09', '2024-05-06T07:08:09.000Z', 0],
    ['2024-05-06 07:08', '2024-05-06T07:08:00.000Z', 0],
    ['2024-05-06T07:08:09.5Z', '2024-05-06T07:08:09.500Z', 500000],
    ['2024-05-06T12:38:09+05:30', '2024-05-06T07:08:09.000Z', 0],
    ['2024-05-06T12:38:09+0530', '2024-05-06T07:08:09.000Z', 0],
    ['2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00.000Z', 0],
    ['0044-03-15T00:00:00', '0044-03-15T00:00:00.000Z', 0],
    ['2024-05-06T07:08+05:30', '2024-05-06T01:38:00.000Z', 0],
    ['2024-05-06T07:08:09.05-0130', '2024-05-06T08:38:09.050Z', 50000],
    ['1880-01-01T00:00:00+00:53:28', '1879-12-31T23:06:32.000Z', 0],
    ['1880-01-01T00:00:00.25-00:53:28.5', '1880-01-01T00:53:28.750Z', 250000],
    ['2024-05-06T07:08:09.0758111125', '2024-05-06T07:08:09.075Z', 75811],
    ['9999-12-31T23:59:59.999999+00:00', '9999-12-31T23:59:59.999Z', 999999],
  ])('reads %s as the instant %s, whatever the local time zone', (text, instant, microsecond) => {
    const dateTime = new DateTime(text);
    expect(dateTime.toISOString()).toBe(instant);
    expect(dateTime.microsecond).toBe(microsecond);
    expect(JSON.stringify(dateTime)).toBe(JSON.stringify(text));
  });

  it.each([
    '',
    'soon',
    '2024-05-06',
    '2023-02-29T00:00:00',
    '2024-13-01T00:00:00',
    '2024-05-06T24:00:00',
    '0000-01-01T00:00:00',
    '2024-05-06T07:08:09 GMT',
  ])('refuses %s', (text) => {
    expect(DateTime.fromText(text)).toEqual(O.none);
    expect(new DateTime(text).getTime()).toBeNaN();
  });

  it('writes UTC as Python does, with six digits or none', () => {
    expect(DateTime.utc(new Date('2024-05-06T07:08:09.120Z')).text).toBe(
      '2024-05-06T07:08:09.120000+00:00',
    );
    expect(DateTime.utc(new Date('2024-05-06T07:08:09Z')).text).toBe('2024-05-06T07:08:09+00:00');
    expect(DateTime.utc(new DateTime('2024-05-06T12:38:09.000001+05:30')).text).toBe(
      '2024-05-06T07:08:09.000001+00:00',
    );
  });

  it('keeps the instant of any Date', () => {
    const dates = fc.date({
      min: new Date('0001-01-01'),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => {
        expect(DateTime.utc(date).getTime()).toBe(date.getTime());
      }),
    );
  });
});
