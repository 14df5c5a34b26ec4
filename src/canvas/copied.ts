/**
 * What a copy of a canvas is to Celery, which copies before it changes.
 * Source: `clone` of the classes in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import type { Canvas } from './canvas.js';

/** Celery's copies of chords forget the id of their headers, but not what is in them. */
export const copied = (canvas: Canvas): Canvas => {
  switch (canvas._tag) {
    case 'Chain':
      return { ...canvas, tasks: canvas.tasks.map(copied) };
    case 'Chord':
      return { ...canvas, headerOptions: null, body: copied(canvas.body) };
    default:
      return canvas;
  }
};
