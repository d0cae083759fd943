import type { Ask, Command, Effect, ExecAsk, FileAsk, HttpAsk } from '../core/command.ts';

type Of<A extends Ask> = Command<Effect, A>;

export const isExecCommand = (command: Command): command is Of<ExecAsk> => command.ask.kind === 'exec';
export const isHttpCommand = (command: Command): command is Of<HttpAsk> => command.ask.kind === 'http';
export const isFileCommand = (command: Command): command is Of<FileAsk> => 'path' in command.ask;
