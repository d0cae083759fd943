import { destination, pino, type Level, type Logger } from 'pino';

/** What happens here, for the one who runs this program: JSON lines on stderr, for stdout belongs to the protocol. */
export const createLog = (level: Level | 'silent'): Logger =>
  pino({ level, base: null }, destination({ dest: 2, sync: true }));
