/**
 * How many parts of a chord a member of its header returns.
 * Source: `_chord._descend` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import type { Canvas } from './canvas.js';

/** Of a chain its last step counts, of a chord its body. */
export const partsOf = (canvas: Canvas): number => {
  switch (canvas._tag) {
    case 'Task':
      return 1;
    case 'Group':
      return canvas.tasks.reduce((sum, task) => sum + partsOf(task), 0);
    case 'Chord':
      return partsOf(canvas.body);
    case 'Chain':
      for (let i = canvas.tasks.length - 1; i >= 0; i--) {
        const task = canvas.tasks[i];
        const parts = task === undefined ? 0 : partsOf(task);
        if (parts > 0) return parts;
      }
      return 0;
  }
};
