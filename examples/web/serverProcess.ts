/** The server as a process of its own, which may be killed: `supervised.ts` starts another. */
import { type ServeOptions, serve } from './serve.js';
import type { FromServer, ToServer } from './supervised.js';

const tell = (message: FromServer): void => void process.send?.(message);

const options: ServeOptions = JSON.parse(process.env.CHORDIS_WEB ?? '{}');
const port = await serve(options, (what) => {
  tell({ restart: what });
  return new Promise((resolve) => {
    const hear = ({ restarted }: ToServer): void => {
      if (restarted !== what) return;
      process.off('message', hear);
      resolve();
    };
    process.on('message', hear);
  });
});
tell({ listening: port });
process.once('disconnect', () => process.exit());
