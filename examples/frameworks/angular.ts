import { Injectable } from '@angular/core';
import { watchTask } from 'chordis/browser';
import * as t from 'io-ts';

@Injectable({ providedIn: 'root' })
export class Thumbnails {
  /** For a template: `@if (thumbnails.states(id) | async; as state) { … }`. */
  states(id: string) {
    return watchTask(`/tasks?${new URLSearchParams({ task: id })}`, t.string);
  }
}
