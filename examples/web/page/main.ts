/** The page: buttons that send and break, a card for what was sent, and what happened. */
import type { WatchOptions } from 'chordis/browser';
import type { Kind, Restartable } from '../protocol.js';
import { Card, type CardEvents } from './card.js';
import { observed } from './connection.js';
import { sum } from './counts.js';
import { found } from './dom.js';
import { type Drawn, drawSoon } from './frames.js';
import * as kept from './kept.js';
import { note, noteEnd } from './log.js';
import { Missed } from './missed.js';
import { PHASES } from './phases.js';
import type { Row } from './row.js';
import { about, restart, send, tokens } from './server.js';

const cards = new Map<string, Card>();
const missed = new Missed();
const { fetch, connection$ } = observed();

/** One connection for all cards, so each is watched with the very same options. */
const options: WatchOptions = {
  fetch,
  headers: tokens(() => [...cards.values()].map(({ sent }) => sent.granted)),
  longestWait: 2,
};

const isOpen = ({ isOpen }: Card): boolean => isOpen;

// -------------------------------------------------------------------------------------
// what is seen of all together
// -------------------------------------------------------------------------------------

let isAway = false;

const overview: Drawn = {
  draw: () => {
    const all = [...cards.values()];
    const totals = sum(all.map(({ counts }) => counts));
    for (const phase of PHASES)
      found(`[data-total=${phase}] dd`).textContent = String(totals[phase]);
    found('#empty').hidden = all.length > 0;
    found('#forget').hidden = all.every(isOpen);
    const state = !all.some(isOpen) ? 'idle' : isAway ? 'away' : 'live';
    const connection = found('#connection');
    if (connection.dataset.state === state) return;
    connection.dataset.state = state;
    connection.textContent = CONNECTIONS[state];
  },
};

const CONNECTIONS = {
  idle: 'Nothing to watch',
  away: 'Server away, trying again',
  live: 'Live',
} as const;

connection$.subscribe((connection) => {
  isAway = connection._tag === 'Away';
  missed.connection(connection);
  drawSoon(overview);
});

// -------------------------------------------------------------------------------------
// what was sent
// -------------------------------------------------------------------------------------

const add = ({ sent, at }: kept.Kept, isNew: boolean): void => {
  const heard: CardEvents['heard'] = (row, before) => {
    missed.heard(row, before);
    drawSoon(overview);
  };
  const ended = (row: Row): void => {
    if (!missed.hasEnded(row)) noteEnd(row);
  };
  const card = new Card(sent, new Date(at), { heard, ended, refused }, isNew);
  cards.set(sent.id, card);
  found('#cards').prepend(card.element);
  card.watch(options);
};

const refused = ({ sent }: Card): void => {
  kept.forget(sent.id);
  remove(sent.id);
  drawSoon(overview);
};

const remove = (id: string): void => {
  cards.get(id)?.remove();
  cards.delete(id);
};

/** As the browser's storage has it, whichever tab has changed that. */
const follow = (): void => {
  const all = kept.all();
  const ids = new Set(all.map(({ sent }) => sent.id));
  for (const id of cards.keys()) if (!ids.has(id)) remove(id);
  for (const each of all) if (!cards.has(each.sent.id)) add(each, false);
  drawSoon(overview);
};

kept.changes$.subscribe(follow);
follow();

// -------------------------------------------------------------------------------------
// buttons
// -------------------------------------------------------------------------------------

const onPress = (button: HTMLButtonElement, work: () => Promise<void>): void => {
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    await work().catch(({ message }: Error) => note(`That did not work: ${message}`, 'bad'));
    button.removeAttribute('aria-disabled');
  });
};

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-send]')) {
  onPress(button, async () => {
    const sent = await send(button.dataset.send as Kind);
    const each = { sent, at: Date.now() };
    kept.keep(each);
    if (!cards.has(sent.id)) add(each, true);
    drawSoon(overview);
  });
}

const BROKEN: Readonly<Record<Restartable, string>> = {
  server: 'The server was killed. Another one starts in 3 s.',
  redis: 'Redis was killed and started again, with what it had.',
};

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-restart]')) {
  onPress(button, async () => {
    const what = button.dataset.restart as Restartable;
    await restart(what);
    note(BROKEN[what], 'bad');
  });
}

onPress(found<HTMLButtonElement>('#forget'), async () => {
  for (const [id, card] of cards) {
    if (card.isOpen) continue;
    kept.forget(id);
    remove(id);
  }
  drawSoon(overview);
});

// what is left out where it cannot be had are buttons, and no task
const { store, workers, restarts } = await about();
found('#about').textContent = `Tasks are done by ${workers}, and kept in ${store}.`;
for (const what of restarts) found(`[data-restart=${what}]`).hidden = false;
found('.break').hidden = restarts.length === 0;
