/**
 * What is tested beside the newest Celery and the oldest, beside 5.6.3 too: its workers return
 * parts of chords without a `.d` and know no claim, and have stamps, which 5.2.7 has not.
 */
import { afterAll } from 'vitest';

process.env.CHORDIS_CELERY = '5.6.3';
afterAll(() => {
  delete process.env.CHORDIS_CELERY;
});

await import('../integration/celeryVersions.test.js');
await import('../integration/chordsCelery.test.js');
await import('../integration/chordsOldWorkers.test.js');
await import('../integration/producer.test.js');
await import('../integration/producerControl.test.js');
